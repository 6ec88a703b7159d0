/* A plugin whose runs end when they are asked to, and that can be asked about them before. */
#ifndef DREAM_TEST_INSIDE_PARTS_H
#define DREAM_TEST_INSIDE_PARTS_H

#include <time.h>

#include "good_parts.h"

static dream_status wait_for_request(dream_run* run, dream_on_exit on_exit, void* context) {
  run->on_exit = on_exit;
  run->context = context;
  return DREAM_OK;
}

static dream_status end_when_asked(dream_run* run, uint32_t urgency, dream_errors* errors) {
  if (urgency > DREAM_FORCE) return refuse(errors, "this urgency is not known");
  if (run->on_exit != NULL) end_with(run, 0);
  run->on_exit = NULL;
  return DREAM_OK;
}

static dream_status status_of_it(const dream_run* run, dream_state* state) {
  state->phase = run->on_exit == NULL ? DREAM_PHASE_EXITED : DREAM_PHASE_RUNNING;
  return DREAM_OK;
}

/* Tells an end of a command. */
MAYBE_UNUSED static void tell_end(dream_on_inside on_inside, void* context, uint32_t kind) {
  dream_exit ending;
  memset(&ending, 0, sizeof ending);
  ending.size = sizeof ending;
  ending.kind = kind;
  on_inside(context, &ending, dream_text("done"));
}

/* As many milliseconds as DREAM_TEST_BLOCKS says. */
MAYBE_UNUSED static void take_the_time(void) {
  const char* milliseconds = getenv("DREAM_TEST_BLOCKS");
  const clock_t end =
      clock() + (milliseconds == NULL ? 0 : strtol(milliseconds, NULL, 10)) * (CLOCKS_PER_SEC / 1000);
  while (clock() < end) continue;
}

/* An entry function whose plugin has an extension, and runs that last. */
#define EXTENDED_ENTRY(table_type, table_id, function)                            \
  static const void* its_extension(const char* id) {                              \
    static const table_type known = {sizeof(table_type), function};               \
    return strcmp(id, table_id) == 0 ? &known : NULL;                             \
  }                                                                               \
  DREAM_BAD_ENTRY(table.extension = its_extension; table.wait = wait_for_request; \
                  table.terminate = end_when_asked; table.status = status_of_it)

/* One that does what is given each time that it is asked whether a run is healthy. */
#define HEALTH_ENTRY(...)                                                                      \
  static dream_status ask_health(dream_run* run, uint32_t limit_ms, dream_on_health on_health, \
                                 void* context, dream_errors* errors) {                        \
    (void)run, (void)limit_ms, (void)on_health, (void)context, (void)errors;                   \
    __VA_ARGS__;                                                                               \
    return DREAM_OK;                                                                           \
  }                                                                                            \
  EXTENDED_ENTRY(dream_health, DREAM_HEALTH_ID, ask_health)

/* One that does what is given for each command. */
#define INSIDE_ENTRY(...)                                                                          \
  static dream_status run_inside(dream_run* run, const dream_inside_command* command,              \
                                 dream_on_inside on_inside, void* context, dream_errors* errors) { \
    (void)run, (void)command, (void)on_inside, (void)context, (void)errors;                        \
    __VA_ARGS__;                                                                                   \
    return DREAM_OK;                                                                               \
  }                                                                                                \
  EXTENDED_ENTRY(dream_inside, DREAM_INSIDE_ID, run_inside)

#endif
