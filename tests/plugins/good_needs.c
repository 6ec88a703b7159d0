/* A plugin without a fault that tells what a project needs by the paths that a manifest would have. */
#include "needy_parts.h"
static void tell_path(const dream_project* project, const char* path, uint32_t kind,
                      dream_on_needed on_needed, void* context) {
  char folder[4096];
  dream_str joined = {folder, 0};
  memcpy(folder, project->directory.data, project->directory.size);
  strcpy(folder + project->directory.size, path);
  joined.size = project->directory.size + strlen(path);
  tell_need(on_needed, context, joined, kind);
}
NEEDY_ENTRY(if (has_manifest(project)) {
  tell_path(project, "/libs/util/", DREAM_NEED_DEVELOPMENT, on_needed, context);
  tell_path(project, "/./apps/../libs/util", DREAM_NEED_PEER, on_needed, context);
  tell_path(project, "/a", DREAM_NEED_OPTIONAL, on_needed, context);
  tell_path(project, "/../elsewhere", DREAM_NEED_RUNTIME, on_needed, context);
  tell_path(project, "/b", DREAM_NEED_RUNTIME, on_needed, context);
})
