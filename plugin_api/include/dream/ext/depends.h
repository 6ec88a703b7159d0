/*
 * Extension "dream.depends/1" [1.1]: which other projects of the workspace a project needs, by its own
 * manifest. For an order of tasks that nobody has to write down.
 */
#ifndef DREAM_EXT_DEPENDS_H
#define DREAM_EXT_DEPENDS_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_DEPENDS_ID "dream.depends/1"

/* dream_needed_project.kind */
#define DREAM_NEED_RUNTIME 0u     /* whenever the project is used */
#define DREAM_NEED_PEER 1u        /* whoever uses the project has to bring it along */
#define DREAM_NEED_DEVELOPMENT 2u /* to build or test the project */
#define DREAM_NEED_OPTIONAL 3u    /* the project can do without it */

/* A project that another one needs. Borrowed while on_needed runs. */
typedef struct dream_needed_project {
  uint32_t size;
  uint32_t kind; /* DREAM_NEED_* */
  dream_str
      folder; /* absolute path of its folder, made of dream_project.root or .directory, so that links in
                 these stay; `..` in it is taken back as text. One outside of the root is passed over. */
} dream_needed_project;

/* [loop] One project that is needed. */
typedef void (*dream_on_needed)(void* context, const dream_needed_project* needed) DREAM_NOEXCEPT;

/*
 * It is asked without an executor, before anything runs, for each project of a workspace, one after the
 * other. `host` is valid for the call, has log and paths, and calls nothing back. It starts nothing. Within
 * one process manifests are taken not to change: what was read for one project may be kept for the next.
 */
typedef struct dream_depends {
  uint32_t size;

  /*
   * [loop] Calls on_needed for each project that this one needs, in the order of the manifest. One that is
   * needed in several ways is told once for each; the project itself never. Only what the manifest says
   * counts: which kinds matter, what a needed project needs in turn, and cycles are the host's affair. A
   * folder without a manifest needs nothing, which is a success. A failure says which manifest can't be read
   * or understood, and where.
   */
  dream_status (*projects)(const dream_host* host, const dream_project* project, dream_on_needed on_needed,
                           void* context, dream_errors* errors) DREAM_NOEXCEPT;
} dream_depends;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
