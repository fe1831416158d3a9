import { enterMountNamespace } from '#/supervisor/namespace.js';

// before the rest is loaded: this program starts itself again in its own namespace, and would load everything twice
const namespace = process.getuid?.() === 0 && enterMountNamespace();
const { runDaemon } = await import('./posternd/run.js');
await runDaemon(namespace);
