/** What this thread has computed so far, in ms. A clock would count what the machine does for others, too. */
export function worked(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
