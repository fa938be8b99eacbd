/**
 * First Ctrl-C: the run is flushed, marked partial and kept, and the command ends cleanly. Second: at once; the child
 * processes end with us because the pipe that is their stdin closes.
 */
export function interruptController(
  onFirst = "stopping: what was measured is kept and marked partial",
): AbortController {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write(`\n${onFirst} (again to stop at once)\n`);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller;
}
