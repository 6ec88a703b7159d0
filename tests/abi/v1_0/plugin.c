/*
 * A plugin of the time of version 1.0, which knows nothing of what came later. What its runs do is said by
 * the name of the task:
 * - "child": has a child of the host's for its process.
 * - "later": is accepted by start, runs when its timer goes off, and ends with the code 3 at once.
 * - "never": is accepted by start and ends with 127 and a text when its timer goes off.
 */
#include <dream/dream.h>
#include <stdlib.h>

struct dream_executor {
  const dream_host* host;
  const dream_process* process;
  const dream_timer* timer;
};

struct dream_run {
  dream_executor* executor;
  dream_run_id id;
  dream_child_id child;
  int never;
  dream_on_exit on_exit;
  void* context;
};

static dream_status create(const dream_host* host, const dream_project* project, dream_executor** executor,
                           dream_errors* errors) {
  dream_executor* made = (dream_executor*)calloc(1, sizeof *made);
  (void)project;
  if (made == NULL) {
    return errors->fail(errors, DREAM_E_FAILED, dream_text(""), dream_text("no memory"), dream_text(""));
  }
  made->host = host;
  made->process = (const dream_process*)host->service(host, DREAM_PROCESS_ID);
  made->timer = (const dream_timer*)host->service(host, DREAM_TIMER_ID);
  *executor = made;
  return DREAM_OK;
}

static void destroy(dream_executor* executor) {
  free(executor);
}

static void end(dream_run* run, int32_t code, const char* text) {
  dream_exit exit;
  memset(&exit, 0, sizeof exit);
  exit.size = sizeof exit;
  exit.kind = DREAM_EXIT_CODE;
  exit.value = code;
  exit.text = dream_text(text);
  run->on_exit(run->context, &exit);
}

static void time_has_come(void* context) {
  dream_run* run = (dream_run*)context;
  const dream_host* host = run->executor->host;
  if (run->never) {
    end(run, 127, "there is no such thing");
    return;
  }
  host->started(host, run->id);
  end(run, 3, "");
}

static void child_ended(void* context, const dream_exit* exit) {
  dream_run* run = (dream_run*)context;
  run->on_exit(run->context, exit);
}

static dream_status start(dream_executor* executor, const dream_task* task, dream_run** run,
                          dream_errors* errors) {
  dream_run* made = (dream_run*)calloc(1, sizeof *made);
  dream_timer_id timer = 0;
  dream_status status = DREAM_STARTING;
  if (made == NULL) {
    return errors->fail(errors, DREAM_E_FAILED, dream_text(""), dream_text("no memory"), dream_text(""));
  }
  made->executor = executor;
  made->id = task->run;
  made->never = task->name.size == 5 && memcmp(task->name.data, "never", 5) == 0;
  if (task->name.size == 5 && memcmp(task->name.data, "child", 5) == 0) {
    const dream_str argv = DREAM_STR("true");
    dream_child child;
    memset(&child, 0, sizeof child);
    child.size = sizeof child;
    child.run = task->run;
    child.argv.data = &argv;
    child.argv.count = 1;
    child.directory = task->directory;
    child.environment = task->environment;
    child.on_exit = child_ended;
    child.context = made;
    status = executor->process->spawn(executor->host, &child, &made->child, errors);
  } else {
    executor->timer->start(executor->host, 0, time_has_come, made, &timer);
  }
  if (status < 0) {
    free(made);
    return status;
  }
  *run = made;
  return status;
}

static dream_status wait(dream_run* run, dream_on_exit on_exit, void* context) {
  run->on_exit = on_exit;
  run->context = context;
  return DREAM_OK;
}

static dream_status terminate(dream_run* run, uint32_t urgency, dream_errors* errors) {
  if (run->child == 0) return DREAM_OK;
  return run->executor->process->terminate(run->executor->host, run->child, urgency, errors);
}

static dream_status status(const dream_run* run, dream_state* state) {
  state->phase = run->child == 0 ? DREAM_PHASE_STARTING : DREAM_PHASE_RUNNING;
  return DREAM_OK;
}

static void release(dream_run* run) {
  free(run);
}

static const dream_plugin table = {sizeof(dream_plugin),
                                   DREAM_ABI_MINOR,
                                   DREAM_STR("v1_0"),
                                   DREAM_STR("1.0.0"),
                                   DREAM_STR("is as old as the plugin interface"),
                                   DREAM_STR(""),
                                   DREAM_STR("{\"type\": \"object\"}"),
                                   create,
                                   destroy,
                                   start,
                                   wait,
                                   terminate,
                                   status,
                                   release,
                                   NULL};

const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) {
  (void)handshake;
  return &table;
}
