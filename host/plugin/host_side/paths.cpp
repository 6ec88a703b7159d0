#include "plugin/host_side.hpp"

namespace dream::plugin {

namespace {

dream_status paths_state(const dream_host* self, dream_str* path, dream_errors* errors) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("paths.state");
  return admitted == DREAM_OK ? host.own_folder(&Place::state, path, errors) : admitted;
}

dream_status paths_cache(const dream_host* self, dream_str* path, dream_errors* errors) noexcept {
  HostSide& host = HostSide::of(self);
  const dream_status admitted = host.admit("paths.cache");
  return admitted == DREAM_OK ? host.own_folder(&Place::cache, path, errors) : admitted;
}

dream_str paths_root(const dream_host* self) noexcept {
  return view_of(HostSide::of(self).place().root.native());
}

dream_str paths_session(const dream_host* self) noexcept {
  return view_of(HostSide::of(self).place().session);
}

}  // namespace

const dream_paths paths_table{sizeof(dream_paths), &paths_state, &paths_cache, &paths_root, &paths_session};

dream_status HostSide::own_folder(std::filesystem::path Place::*base, dream_str* path, dream_errors* errors) {
  if (const auto why = detail::judge_path(path); !why.fine()) return refuse({"paths"}, why, errors);
  const std::filesystem::path& parent = (*place_).*base;
  if (parent.empty()) {
    return tell({ErrorCode::io, "there is no folder for plugins", {}, "set HOME to an absolute path"},
                errors);
  }
  const auto [folder, fresh] = folders_.try_emplace(parent.native(), (parent / calls_->plugin()).native());
  if (auto made = make_private_folder(folder->second); !made) return tell(made.error(), errors);
  *path = view_of(folder->second);
  return DREAM_OK;
}

}  // namespace dream::plugin
