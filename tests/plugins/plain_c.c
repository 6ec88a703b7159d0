/*
 * A whole plugin in plain C, with no fault: a run says hello, waits for 10 ms of the host's time, and ends
 * with the code 3; terminated, it ends at once. It is built by CMake's dream_add_plugin, but needs only cc
 * -std=c11 -shared -fPIC -fvisibility=hidden -o libdream_plain_c.so plain_c.c
 */
#include <dream/dream.h>
#include <stdlib.h>

struct dream_executor {
  const dream_host* host;
  const dream_output* output;
  const dream_timer* timer;
};

struct dream_run {
  dream_executor* executor;
  dream_run_id id;
  dream_timer_id timer;
  uint32_t phase;
  dream_exit ending;
  dream_on_exit on_exit;
  void* context;
};

static void end(dream_run* run, uint32_t kind, int32_t value) {
  dream_exit how;
  memset(&how, 0, sizeof how);
  how.size = sizeof how;
  how.kind = kind;
  how.value = value;
  run->phase = DREAM_PHASE_EXITED;
  run->ending = how;
  /* The last thing, as the run may be released now. Before `wait` there is nobody to tell. */
  if (run->on_exit != NULL) run->on_exit(run->context, &how);
}

static void time_is_up(void* context) {
  end((dream_run*)context, DREAM_EXIT_CODE, 3);
}

static dream_status create(const dream_host* host, const dream_project* project, dream_executor** executor,
                           dream_errors* errors) {
  dream_executor* made = (dream_executor*)calloc(1, sizeof *made);
  (void)project;
  if (made == NULL) {
    return errors->fail(errors, DREAM_E_FAILED, dream_text(""), dream_text("out of memory"), dream_text(""));
  }
  made->host = host;
  made->output = (const dream_output*)host->service(host, DREAM_OUTPUT_ID);
  made->timer = (const dream_timer*)host->service(host, DREAM_TIMER_ID);
  if (made->output == NULL || made->timer == NULL) {
    free(made);
    return errors->fail(errors, DREAM_E_UNSUPPORTED, dream_text(""),
                        dream_text("this dream has no output or timer"), dream_text("update dream"));
  }
  *executor = made;
  return DREAM_OK;
}

static void destroy(dream_executor* executor) {
  free(executor);
}

static dream_status start(dream_executor* executor, const dream_task* task, dream_run** run,
                          dream_errors* errors) {
  dream_run* made = NULL;
  if (task->command_kind > DREAM_COMMAND_ARGV) {
    return errors->fail(errors, DREAM_E_UNSUPPORTED, dream_text(""), dream_text("unknown kind of command"),
                        dream_text(""));
  }
  made = (dream_run*)calloc(1, sizeof *made);
  if (made == NULL) {
    return errors->fail(errors, DREAM_E_FAILED, dream_text(""), dream_text("out of memory"), dream_text(""));
  }
  made->executor = executor;
  made->id = task->run;
  made->phase = DREAM_PHASE_RUNNING;
  executor->output->write(executor->host, task->run, DREAM_STDOUT, dream_text("hello from C\n"));
  *run = made;
  return DREAM_OK;
}

static dream_status wait(dream_run* run, dream_on_exit on_exit, void* context) {
  const dream_timer* timer = run->executor->timer;
  const dream_host* host = run->executor->host;
  run->on_exit = on_exit;
  run->context = context;
  if (run->phase == DREAM_PHASE_EXITED) {
    on_exit(context, &run->ending);
    return DREAM_OK;
  }
  return timer->start(host, timer->now(host) + UINT64_C(10) * 1000 * 1000, time_is_up, run, &run->timer);
}

static dream_status terminate(dream_run* run, uint32_t urgency, dream_errors* errors) {
  if (urgency > DREAM_FORCE) {
    return errors->fail(errors, DREAM_E_UNSUPPORTED, dream_text(""), dream_text("unknown urgency"),
                        dream_text(""));
  }
  if (run->phase == DREAM_PHASE_EXITED) return DREAM_OK;
  run->executor->timer->cancel(run->executor->host, run->timer);
  end(run, DREAM_EXIT_SIGNAL, urgency == DREAM_FORCE ? 9 : 15);
  return DREAM_OK;
}

static dream_status status(const dream_run* run, dream_state* state) {
  state->phase = run->phase;
  return DREAM_OK;
}

static void release(dream_run* run) {
  free(run);
}

static const dream_plugin table = {sizeof(dream_plugin),
                                   DREAM_ABI_MINOR,
                                   DREAM_STR("plain_c"),
                                   DREAM_STR("1.0.0"),
                                   DREAM_STR("says hello, in C"),
                                   DREAM_STR(""),
                                   DREAM_STR("{\"type\": \"object\", \"additionalProperties\": false}"),
                                   create,
                                   destroy,
                                   start,
                                   wait,
                                   terminate,
                                   status,
                                   release,
                                   NULL,
                                   0};

const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) {
  (void)handshake;
  return &table;
}
