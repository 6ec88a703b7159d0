/* No fault: keeps a folder for each run, by session and run, and never removes it. */
#include <stdio.h> /* NOLINT(modernize-deprecated-headers): C, too */
#include <sys/stat.h>

#include "good_parts.h"
static dream_status start_in_folder(dream_executor* executor, const dream_task* task, dream_run** run,
                                    dream_errors* errors) {
  const dream_host* host = executor->host;
  const dream_paths* paths = (const dream_paths*)host->service(host, DREAM_PATHS_ID);
  char folder[4096];
  dream_str state;
  dream_str session;
  dream_status status;
  if (task->command_kind > DREAM_COMMAND_ARGV) return refuse(errors, "this kind of command is not known");
  if (paths == NULL) return refuse(errors, "this host has no folders");
  status = paths->state(host, &state, errors);
  if (status < 0) return status;
  session = paths->session(host);
  snprintf(folder, sizeof folder, "%.*s/%.*s-%llu", (int)state.size, state.data, (int)session.size,
           session.data, (unsigned long long)task->run);
  if (mkdir(folder, 0700) != 0) {
    return errors->fail(errors, DREAM_E_FAILED, dream_text(folder),
                        dream_text("the folder of the run can't be made"), dream_text(""));
  }
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_in_folder)
