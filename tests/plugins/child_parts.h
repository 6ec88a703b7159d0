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
  int released;
};

/* What a bad plugin may say of its child instead. */
#ifndef CHILD_SIZE
#define CHILD_SIZE sizeof(dream_child)
#endif
#ifndef CHILD_FLAGS
#define CHILD_FLAGS 0u
#endif
#ifndef CHILD_ON_EXIT
#define CHILD_ON_EXIT child_is_over
#endif

static void child_is_over(void* context, const dream_exit* ending) {
  struct child_run* run = (struct child_run*)context;
  run->over = 1;
  run->run.on_exit(run->run.context, ending);
}

MAYBE_UNUSED static dream_status start_child(dream_executor* executor, const dream_task* task,
                                             dream_run** run, dream_errors* errors) {
  const dream_process* process =
      (const dream_process*)executor->host->service(executor->host, DREAM_PROCESS_ID);
  struct child_run* made;
  dream_child child;
  dream_str words[8] = {DREAM_STR("true")};
  dream_status status;
  if (task->command_kind > DREAM_COMMAND_ARGV) return refuse(errors, "this kind of command is not known");
  if (process == NULL) return refuse(errors, "this host can't start processes");
  if (task->arguments.count > 7) return refuse(errors, "there are too many arguments");
  if (task->arguments.count > 0)
    memcpy(words + 1, task->arguments.data, task->arguments.count * sizeof *words);
  made = (struct child_run*)calloc(1, sizeof *made);
  made->run.host = executor->host;
  made->run.id = task->run;
  made->process = process;
  memset(&child, 0, sizeof child);
  child.size = CHILD_SIZE;
  child.flags = CHILD_FLAGS;
  child.run = task->run;
  child.argv.data = words;
  child.argv.count = task->arguments.count + 1;
  child.directory = task->directory;
  child.environment = task->environment;
  child.stop_signal = task->stop_signal;
  child.on_exit = CHILD_ON_EXIT;
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
