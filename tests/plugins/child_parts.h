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
/* What it may make of the end. */
#ifndef CHANGE_END
#define CHANGE_END(ending) (void)0
#endif

static void child_is_over(void* context, const dream_exit* ending) {
  struct child_run* run = (struct child_run*)context;
  dream_exit told = *ending;
  run->over = 1;
  CHANGE_END(told);
  run->run.on_exit(run->run.context, &told);
}

/* Who has something to make of the output reads it. */
#ifdef CHANGE_OUTPUT
static void child_writes(void* context, uint32_t stream, dream_str bytes) {
  const struct child_run* run = (const struct child_run*)context;
  const dream_host* host = run->run.host;
  const dream_output* output = (const dream_output*)host->service(host, DREAM_OUTPUT_ID);
  CHANGE_OUTPUT(stream, bytes);
  if (output != NULL) (void)output->write(host, run->run.id, stream, bytes);
}
#define CHILD_ON_OUTPUT child_writes
#else
#define CHILD_ON_OUTPUT NULL
#endif

/* The words of a task, which may be 8 with its arguments. */
MAYBE_UNUSED static int words_of(const dream_task* task, dream_strs* words) {
  static dream_str all[8];
  const dream_strs* parts[2] = {&task->command_argv, &task->arguments};
  size_t part;
  all[0] = dream_text("true");
  words->data = all;
  words->count = task->command_kind == DREAM_COMMAND_ARGV ? 0 : 1;
  for (part = 0; part < 2; ++part) {
    if (words->count + parts[part]->count > 8) return 0;
    if (parts[part]->count == 0) continue;
    memcpy(all + words->count, parts[part]->data, parts[part]->count * sizeof *all);
    words->count += parts[part]->count;
  }
  return 1;
}

MAYBE_UNUSED static dream_status start_child(dream_executor* executor, const dream_task* task,
                                             dream_run** run, dream_errors* errors) {
  const dream_process* process =
      (const dream_process*)executor->host->service(executor->host, DREAM_PROCESS_ID);
  struct child_run* made;
  dream_child child;
  dream_strs words;
  dream_status status;
  if (task->command_kind > DREAM_COMMAND_ARGV) return refuse(errors, "this kind of command is not known");
  if (process == NULL) return refuse(errors, "this host can't start processes");
  if (!words_of(task, &words)) return refuse(errors, "there are too many words");
  made = (struct child_run*)calloc(1, sizeof *made);
  made->run.host = executor->host;
  made->run.id = task->run;
  made->process = process;
  memset(&child, 0, sizeof child);
  child.size = CHILD_SIZE;
  child.flags = CHILD_FLAGS;
  child.run = task->run;
  child.argv = words;
  child.directory = task->directory;
  child.environment = task->environment;
  child.stop_signal = task->stop_signal;
  child.on_exit = CHILD_ON_EXIT;
  child.on_output = CHILD_ON_OUTPUT;
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
