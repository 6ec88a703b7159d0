/* A plugin without a fault, in parts: its runs end with 0 as soon as somebody waits. Each bad plugin replaces
 * one. */
#ifndef DREAM_TEST_GOOD_PARTS_H
#define DREAM_TEST_GOOD_PARTS_H

#include <dream/dream.h>
#include <stdlib.h> /* NOLINT(modernize-deprecated-headers): C, too */

#if defined(__GNUC__)
#define MAYBE_UNUSED __attribute__((unused))
#else
#define MAYBE_UNUSED
#endif

struct dream_executor {
  const dream_host* host;
};
struct dream_run {
  const dream_host* host;
  dream_run_id id;
  dream_on_exit on_exit;
  void* context;
};

#ifndef DREAM_TEST_ID
#define DREAM_TEST_ID "bad"
#endif

MAYBE_UNUSED static void end_with(struct dream_run* run, int32_t code) {
  dream_exit ending;
  memset(&ending, 0, sizeof ending);
  ending.size = sizeof ending;
  ending.kind = DREAM_EXIT_CODE;
  ending.value = code;
  run->on_exit(run->context, &ending);
}

MAYBE_UNUSED static dream_status good_create(const dream_host* host, const dream_project* project,
                                             dream_executor** executor, dream_errors* errors) {
  (void)project;
  (void)errors;
  *executor = (dream_executor*)calloc(1, sizeof **executor);
  (*executor)->host = host;
  return DREAM_OK;
}

MAYBE_UNUSED static void good_destroy(dream_executor* executor) {
  free(executor);
}

MAYBE_UNUSED static dream_status refuse(dream_errors* errors, const char* what) {
  return errors->fail(errors, DREAM_E_UNSUPPORTED, dream_text(""), dream_text(what), dream_text(""));
}

MAYBE_UNUSED static dream_status good_start(dream_executor* executor, const dream_task* task, dream_run** run,
                                            dream_errors* errors) {
  if (task->command_kind > DREAM_COMMAND_ARGV) return refuse(errors, "this kind of command is not known");
  *run = (dream_run*)calloc(1, sizeof **run);
  (*run)->host = executor->host;
  (*run)->id = task->run;
  return DREAM_OK;
}

MAYBE_UNUSED static dream_status good_wait(dream_run* run, dream_on_exit on_exit, void* context) {
  run->on_exit = on_exit;
  run->context = context;
  end_with(run, 0);
  return DREAM_OK;
}

MAYBE_UNUSED static dream_status good_terminate(dream_run* run, uint32_t urgency, dream_errors* errors) {
  (void)run;
  return urgency > DREAM_FORCE ? refuse(errors, "this urgency is not known") : DREAM_OK;
}

MAYBE_UNUSED static dream_status good_status(const dream_run* run, dream_state* state) {
  (void)run;
  state->phase = DREAM_PHASE_EXITED;
  return DREAM_OK;
}

MAYBE_UNUSED static void good_release(dream_run* run) {
  free(run);
}

#define GOOD_TABLE                                                                                       \
  {                                                                                                      \
    sizeof(dream_plugin), DREAM_ABI_MINOR, DREAM_STR(DREAM_TEST_ID), DREAM_STR("1"),                     \
        DREAM_STR("has one fault"), DREAM_STR(""), DREAM_STR(""), good_create, good_destroy, good_start, \
        good_wait, good_terminate, good_status, good_release, NULL, 0                                    \
  }

/* An entry function that hands out the good table after `change` was made to it. */
#define DREAM_BAD_ENTRY(change)                                           \
  const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) { \
    static dream_plugin table = GOOD_TABLE;                               \
    (void)handshake;                                                      \
    change;                                                               \
    return &table;                                                        \
  }

#endif
