/* A plugin without a fault. Asked to end, it starts a helper, which ends by itself, and after that and a
 * moment its child is asked, too. Its runs end when both have. */
#include "child_parts.h"

struct helped_run {
  struct child_run base; /* first: it is the handle */
  dream_exit ending;     /* the child's */
  int living;            /* child, helper and timers */
  uint32_t urgency;
};

static void one_less(struct helped_run* run) {
  if (--run->living > 0) return;
  run->base.over = 1;
  run->base.run.on_exit(run->base.run.context, &run->ending);
}
static void main_is_over(void* context, const dream_exit* ending) {
  struct helped_run* run = (struct helped_run*)context;
  run->ending = *ending;
  run->ending.text = dream_text("");
  run->base.child = 0;
  one_less(run);
}
static void time_has_come(void* context) {
  struct helped_run* run = (struct helped_run*)context;
  if (run->base.child != 0) {
    (void)run->base.process->terminate(run->base.run.host, run->base.child, run->urgency, NULL);
  }
  one_less(run);
}
static void helper_is_over(void* context, const dream_exit* ending) {
  struct helped_run* run = (struct helped_run*)context;
  const dream_host* host = run->base.run.host;
  const dream_timer* timer = (const dream_timer*)host->service(host, DREAM_TIMER_ID);
  dream_timer_id id = 0;
  (void)ending;
  if (timer == NULL || timer->start(host, timer->now(host) + 1000000, time_has_come, run, &id) < 0) {
    time_has_come(run);
  }
}

static dream_status spawn_for(struct helped_run* run, const dream_child* given, dream_child_id* id,
                              dream_errors* errors) {
  dream_child child = *given;
  dream_status status;
  child.size = sizeof child;
  child.run = run->base.run.id;
  child.context = run;
  status = run->base.process->spawn(run->base.run.host, &child, id, errors);
  if (status >= 0) ++run->living;
  return status;
}
static dream_status start_helped(dream_executor* executor, const dream_task* task, dream_run** run,
                                 dream_errors* errors) {
  dream_strs words;
  struct helped_run* made;
  dream_child child;
  dream_status status;
  if (task->command_kind > DREAM_COMMAND_ARGV) return refuse(errors, "this kind of command is not known");
  if (!words_of(task, &words)) return refuse(errors, "there are too many words");
  made = (struct helped_run*)calloc(1, sizeof *made);
  made->base.run.host = executor->host;
  made->base.run.id = task->run;
  made->base.process = (const dream_process*)executor->host->service(executor->host, DREAM_PROCESS_ID);
  if (made->base.process == NULL) {
    free(made);
    return refuse(errors, "this host can't start processes");
  }
  memset(&child, 0, sizeof child);
  child.argv = words;
  child.directory = task->directory;
  child.environment = task->environment;
  child.stop_signal = task->stop_signal;
  child.on_exit = main_is_over;
  status = spawn_for(made, &child, &made->base.child, errors);
  if (status < 0) {
    free(made);
    return status;
  }
  *run = &made->base.run;
  return DREAM_OK;
}
static dream_status terminate_helped(dream_run* handle, uint32_t urgency, dream_errors* errors) {
  static dream_str words[3] = {DREAM_STR("ssh"), DREAM_STR("far-away"), DREAM_STR("kill")};
  struct helped_run* run = (struct helped_run*)handle;
  dream_child helper;
  dream_child_id id = 0;
  if (urgency > DREAM_FORCE) return refuse(errors, "this urgency is not known");
  if (run->base.child == 0) return DREAM_OK;
  run->urgency = urgency;
  memset(&helper, 0, sizeof helper);
  helper.argv.data = words;
  helper.argv.count = 3;
  helper.directory = dream_text("/");
  helper.on_exit = helper_is_over;
  return spawn_for(run, &helper, &id, errors);
}
DREAM_BAD_CHILD_ENTRY((table.start = start_helped, table.terminate = terminate_helped))
