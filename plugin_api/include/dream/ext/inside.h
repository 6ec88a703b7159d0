/*
 * Extension "dream.inside/1" [1.1]: to run a command where a run lives: in its container, on its machine.
 * dream asks for it where the probe of a step is a command (`exec`). Without it, the command runs on dream's
 * machine.
 */
#ifndef DREAM_EXT_INSIDE_H
#define DREAM_EXT_INSIDE_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_INSIDE_ID "dream.inside/1"

typedef struct dream_inside_command {
  uint32_t size;
  uint32_t limit_ms; /* after this time the host has no use for the answer; 0: it waits */
  dream_strs argv;   /* at least one; the program is looked for over there */
} dream_inside_command;

/*
 * [any] The command is over. `exit` is how: its `value` is the command's exit code or signal, 126 and 127 as
 * a shell has them; lost: it can't be known, and `text` says why. `output` is what it wrote, both streams as
 * they came; more than the last 4096 bytes of it is of no use.
 */
typedef void (*dream_on_inside)(void* context, const dream_exit* exit, dream_str output) DREAM_NOEXCEPT;

typedef struct dream_inside {
  uint32_t size;

  /*
   * [loop] Begins to run the command beside the run's own program, and returns at once. It has the folder and
   * the environment that start was given for the run, which the plugin keeps for that. `run` runs: it has
   * started, and its end hasn't been reported. Several commands of a run may be under way. Unless it fails,
   * on_inside is called once: at the earliest before this returns, at the latest when the run ends; never
   * after the run's release. A child of host/process.h that runs a command belongs to the run: its end is
   * forced and waited for before the run's end is told. A failure says that the command can't run there, now
   * or ever; dream then tries it nowhere else.
   */
  dream_status (*run)(dream_run* run, const dream_inside_command* command, dream_on_inside on_inside,
                      void* context, dream_errors* errors) DREAM_NOEXCEPT;
} dream_inside;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
