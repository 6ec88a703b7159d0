/* A plugin that tells what a project needs, with a fault. */
#ifndef DREAM_TEST_NEEDY_PARTS_H
#define DREAM_TEST_NEEDY_PARTS_H

#include "good_parts.h"

/* Tells one need. */
MAYBE_UNUSED static void tell_need(dream_on_needed on_needed, void* context, dream_str folder,
                                   uint32_t kind) {
  dream_needed_project needed;
  memset(&needed, 0, sizeof needed);
  needed.size = sizeof needed;
  needed.kind = kind;
  needed.folder = folder;
  on_needed(context, &needed);
}

/* Whether it is the project that has manifests. */
MAYBE_UNUSED static int has_manifest(const dream_project* project) {
  return project->path.size == 2;
}

/* An entry function whose plugin does what is given for each project. */
#define NEEDY_ENTRY(...)                                                                           \
  static dream_status tell_needs(const dream_host* host, const dream_project* project,             \
                                 dream_on_needed on_needed, void* context, dream_errors* errors) { \
    (void)host, (void)errors, (void)project, (void)on_needed, (void)context;                       \
    __VA_ARGS__;                                                                                   \
    return DREAM_OK;                                                                               \
  }                                                                                                \
  static const void* depending(const char* id) {                                                   \
    static const dream_depends depends = {sizeof(dream_depends), tell_needs};                      \
    return strcmp(id, DREAM_DEPENDS_ID) == 0 ? &depends : NULL;                                    \
  }                                                                                                \
  DREAM_BAD_ENTRY(table.extension = depending)

#endif
