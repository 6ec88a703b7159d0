/* Fault: takes it for granted that the host has a log. */
#include "good_parts.h"
static dream_status create_and_say_so(const dream_host* host, const dream_project* project,
                                      dream_executor** executor, dream_errors* errors) {
  const dream_log* log = (const dream_log*)host->service(host, DREAM_LOG_ID);
  log->write(host, DREAM_LOG_DEBUG, dream_text("hello"));
  return good_create(host, project, executor, errors);
}
DREAM_BAD_ENTRY(table.create = create_and_say_so)
