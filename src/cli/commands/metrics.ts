import { renameSync, statSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Metric } from '#/contract/keeping-calls.js';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import { leaf } from '../leaf.js';
import { printJson } from '../output.js';

/** For node_exporter's textfile collector, and whatever else reads that format. */
export function metricsCommand(program: Command): void {
  leaf<{ readonly output?: string }>(
    program
      .command('metrics')
      .description('numbers for a monitoring system, in the text format of Prometheus')
      .option('--output <file>', 'write a file in one step, for the textfile collector of node_exporter'),
    async ({ admin, json }, { output }) => {
      const outcome = await admin.ask('admin.metrics', {});
      if (!outcome.ok) return outcome;
      const text = prometheusText(outcome.value);
      if (output !== undefined) return writeWhole(output, text) ?? outcome;
      if (json) printJson(outcome.value);
      else process.stdout.write(text);
      return outcome;
    },
  );
}

export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, help, kind, values }) => {
      const lines = values.map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
    })
    .join('');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A collector that reads meanwhile sees the old file or the new one. Null: it was written. */
function writeWhole(path: string, text: string) {
  try {
    // a device or a pipe would be replaced by a file
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
      return failed(failure('BAD_INPUT', `${path} is no file; without --output it goes to standard output`));
    const part = `${path}.${process.pid}.part`;
    writeFileSync(part, text, { mode: 0o644 });
    renameSync(part, path);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return failed(failure('OUTPUT_NOT_WRITTEN', `${path}: ${why}`));
  }
}
