/*
 * Extension "dream.discover/1": what a project folder offers to this executor. For `dream list`, and for the
 * hint that another executor would know a task.
 */
#ifndef DREAM_EXT_DISCOVER_H
#define DREAM_EXT_DISCOVER_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_DISCOVER_ID "dream.discover/1"

/* A task that an executor finds without a command in dream.json. Borrowed while on_found runs. */
typedef struct dream_found_task {
  uint32_t size;
  uint32_t reserved; /* 0 */
  dream_str name;    /* "dev" */
  dream_str summary; /* what it runs, one line: "vite --port 3000"; may be empty */
  dream_str source;  /* the file it stands in, from the project's folder: "package.json" */
  uint32_t unusable; /* [1.1] 1: it is there, but start would refuse it: a file that isn't executable. The
                      * host doesn't offer it, but whoever asks for all that have this task is told why */
} dream_found_task;

/* [loop] One task that was found. */
typedef void (*dream_on_found)(void* context, const dream_found_task* task) DREAM_NOEXCEPT;

/*
 * Both are asked without an executor, also about projects that have another executor and folders where this
 * one finds nothing. `host` is valid for the call, has log and paths, and calls nothing back. They are asked
 * for every project of a workspace: a call looks at a file or two and starts nothing.
 */
typedef struct dream_discover {
  uint32_t size;

  /*
   * [loop] Calls on_found for each task of the folder, in any order. A folder without any is a success.
   * A failure says what is wrong with the file: that it can't be read or understood.
   */
  dream_status (*tasks)(const dream_host* host, const dream_project* project, dream_on_found on_found,
                        void* context, dream_errors* errors) DREAM_NOEXCEPT;

  /*
   * [loop] DREAM_OK: what this executor needs to run tasks of this project is installed. Else it fails with
   * DREAM_E_NOT_FOUND, a message ("npm is not installed") and a hint (what to install). It is searched in
   * the environment of the host. NULL: it needs nothing.
   */
  dream_status (*tool)(const dream_host* host, const dream_project* project,
                       dream_errors* errors) DREAM_NOEXCEPT;
} dream_discover;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
