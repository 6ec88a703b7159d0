/* A plugin whose runs end when they are asked to, and that runs commands inside them. */
#ifndef DREAM_TEST_INSIDE_PARTS_H
#define DREAM_TEST_INSIDE_PARTS_H

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

/* An entry function whose plugin does what is given for each command. */
#define INSIDE_ENTRY(...)                                                                          \
  static dream_status run_inside(dream_run* run, const dream_inside_command* command,              \
                                 dream_on_inside on_inside, void* context, dream_errors* errors) { \
    (void)run, (void)command, (void)on_inside, (void)context, (void)errors;                        \
    __VA_ARGS__;                                                                                   \
    return DREAM_OK;                                                                               \
  }                                                                                                \
  static const void* reaching(const char* id) {                                                    \
    static const dream_inside inside = {sizeof(dream_inside), run_inside};                         \
    return strcmp(id, DREAM_INSIDE_ID) == 0 ? &inside : NULL;                                      \
  }                                                                                                \
  DREAM_BAD_ENTRY(table.extension = reaching; table.wait = wait_for_request;                       \
                  table.terminate = end_when_asked; table.status = status_of_it)

#endif
