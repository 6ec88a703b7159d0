/* A plugin without a fault whose runs are a child of the host each. A bad plugin replaces one part. */
#ifndef DREAM_TEST_CHILD_PARTS_H
#define DREAM_TEST_CHILD_PARTS_H

#include "good_parts.h"

struct child_run {
  struct dream_run run; /* first: it is the handle */
  const dream_process* process;
  dream_child_id child;
  int over;
  int asked;
};

static void child_is_over(void* context, const dream_exit* ending) {
  struct child_run* run = (struct child_run*)context;
  run->over = 1;
  run->run.on_exit(run->run.context, ending);
}

MAYBE_UNUSED static dream_status start_child(dream_executor* executor, const dream_task* task,
                                             dream_run** run, dream_errors* errors) {
  static dream_str word = DREAM_STR("true");
  const dream_process* process =
      (const dream_process*)executor->host->service(executor->host, DREAM_PROCESS_ID);
  struct child_run* made;
  dream_child child;
  dream_status status;
  if (task->command_kind > DREAM_COMMAND_ARGV) return refuse(errors, "this kind of command is not known");
  if (process == NULL) return refuse(errors, "this host can't start processes");
  made = (struct child_run*)calloc(1, sizeof *made);
  made->run.host = executor->host;
  made->run.id = task->run;
  made->process = process;
  memset(&child, 0, sizeof child);
  child.size = sizeof child;
  child.run = task->run;
  child.argv.data = &word;
  child.argv.count = 1;
  child.directory = task->directory;
  child.environment = task->environment;
  child.on_exit = child_is_over;
  child.context = made;
  status = process->spawn(executor->host, &child, &made->child, errors);
  if (status < 0) {
    free(made);
    return status;
  }
  *run = &made->run;
  return DREAM_OK;
}

MAYBE_UNUSED static dream_status wait_child(dream_run* run, dream_on_exit on_exit, void* context) {
  run->on_exit = on_exit;
  run->context = context;
  return DREAM_OK;
}

MAYBE_UNUSED static dream_status terminate_child(dream_run* run, uint32_t urgency, dream_errors* errors) {
  struct child_run* child = (struct child_run*)run;
  if (urgency > DREAM_FORCE) return refuse(errors, "this urgency is not known");
  if (child->over) return DREAM_OK;
  return child->process->terminate(run->host, child->child, urgency, errors);
}

MAYBE_UNUSED static dream_status status_child(const dream_run* run, dream_state* state) {
  state->phase = ((const struct child_run*)run)->over ? DREAM_PHASE_EXITED : DREAM_PHASE_RUNNING;
  return DREAM_OK;
}

#define DREAM_BAD_CHILD_ENTRY(change)                                                                     \
  DREAM_BAD_ENTRY((table.start = start_child, table.wait = wait_child, table.terminate = terminate_child, \
                   table.status = status_child, (void)(change)))

#endif
