import { h } from './dom.ts';

/** The page's places, which stay for as long as the page does. */
export function frame() {
  const top = h('header', { class: 'top' });
  const notices = h('div', { class: 'notices', role: 'status' });
  const loading = h('p', { class: 'loading' });
  const headline = h('div');
  const problem = h('div');
  const chart = h('div');
  const forecasts = h('section', { class: 'card' });
  const history = h('section', { class: 'card' });
  const models = h('section', { class: 'card' });
  const trainings = h('section', { class: 'card trainings' });
  const assets = h('nav', { class: 'card assets' });
  const data = h('section', { class: 'card data' });
  const shown = h('section', { class: 'card' }, headline, problem, chart);
  const asset = h('div', { class: 'asset' }, shown, forecasts, history);
  const columns = h(
    'div',
    { class: 'columns' },
    h('div', { class: 'side' }, assets, data),
    h('div', { class: 'middle' }, asset, models, trainings),
  );
  const footer = h('footer');
  document.querySelector('#app')?.append(top, h('main', {}, notices, loading, columns), footer);
  return {
    top,
    notices,
    loading,
    columns,
    assets,
    asset,
    headline,
    problem,
    chart,
    forecasts,
    history,
    models,
    trainings,
    data,
    footer,
  };
}
