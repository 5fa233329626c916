import type { Command } from '../command.ts';
import { openPredictor } from '../predictor.ts';
import { describeServer, serve, untilAborted } from '../serving.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'API and page alone; notices new releases by itself',
  usesCandles: true,
  async run({ workspace, console, signal }) {
    const server = await serve(workspace, openPredictor(workspace));
    console.line(`Serving the models of ${workspace.store.url}\n\n${describeServer(server)}\n\nCtrl-C stops.`);
    await untilAborted(signal);
    await server.close();
  },
};
