import { type Forecast, MODEL_NAMES, type ModelForecast, type ModelName } from '@pavio/core';
import { z } from 'zod';
import { forecastAnswer, forecastAnswerSchema } from './forecast.ts';

export const nextCloseAnswerSchema = z.lazy(() => {
  const price = z.number().positive();

  return forecastAnswerSchema
    .extend({
      modelo: z.enum(MODEL_NAMES).meta({
        description:
          'The regressor whose forecast this is: the one with the best skill on the asset. Its verdict is in `modelos`',
      }),
      ultimo_fechamento: price.meta({ description: 'Close of the newest closed candle' }),
      proximo_fechamento: price.meta({ description: 'Close of the next candle as it is forecast' }),
      delta: z.number().meta({ description: 'From the one to the other, in the quote' }),
      delta_percentual: z.number().meta({ description: 'The same in percent' }),
    })
    .meta({ id: 'NextClose', description: 'The forecast of an asset as one number, with what every model says.' });
});

export function nextCloseAnswer(forecast: Forecast): z.infer<typeof nextCloseAnswerSchema> {
  const { lastClose } = forecast;
  const [modelo, close] = bestRegressor(forecast);
  return {
    ...forecastAnswer(forecast),
    modelo,
    ultimo_fechamento: lastClose,
    proximo_fechamento: close,
    delta: close - lastClose,
    delta_percentual: (close / lastClose - 1) * 100,
  };
}

/** Name and forecast close of the regressor with the best measured skill; of the first one where none was measured. */
function bestRegressor({ models }: Forecast): [ModelName, number] {
  const regressors = (Object.entries(models) as [ModelName, ModelForecast][]).flatMap(([name, { close, skill }]) =>
    close === undefined ? [] : [{ name, close, skill: skill ?? -Infinity }],
  );
  const { name, close } = regressors.reduce((best, one) => (one.skill > best.skill ? one : best));
  return [name, close];
}
