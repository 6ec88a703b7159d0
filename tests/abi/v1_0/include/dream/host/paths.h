/*
 * Service "dream.paths/1": where a plugin may keep things, and in which run of dream it is.
 */
#ifndef DREAM_HOST_PATHS_H
#define DREAM_HOST_PATHS_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_PATHS_ID "dream.paths/1"

/* What is answered stays valid until the executor's destroy has returned (ext/: until the call returns). */
typedef struct dream_paths {
  uint32_t size;

  /*
   * [loop] Stores in *path the absolute path of the folder for what this plugin wants to find again:
   * $XDG_STATE_HOME/dream/<id>, or ~/.local/state/dream/<id>. It exists when this succeeds; only the user may
   * look into it. One folder for all workspaces and runs: names in it should tell them apart.
   */
  dream_status (*state)(const dream_host* host, dream_str* path, dream_errors* errors) DREAM_NOEXCEPT;

  /* [loop] The same for what can be made again: $XDG_CACHE_HOME/dream/<id>, or ~/.cache/dream/<id>. */
  dream_status (*cache)(const dream_host* host, dream_str* path, dream_errors* errors) DREAM_NOEXCEPT;

  /* [any] The absolute path of the workspace root. */
  dream_str (*root)(const dream_host* host) DREAM_NOEXCEPT;

  /*
   * [any] The id of this run of dream as a whole: a UUID, 36 characters, never used twice. Whatever a plugin
   * makes outside of this machine's processes carries it, so that ext/reap.h finds it again.
   */
  dream_str (*session)(const dream_host* host) DREAM_NOEXCEPT;
} dream_paths;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
