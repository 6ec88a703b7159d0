#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The folders of a workspace of another tool.
namespace dream::plugins {

/// `folder` and those above it, up to `root`; alone if it isn't below. Normalised.
[[nodiscard]] std::vector<std::filesystem::path> folders_up(const std::filesystem::path& folder,
                                                            const std::filesystem::path& root);

/// The path that `written`, from `folder` or absolute, names: normalised, and without a slash at its end.
[[nodiscard]] std::filesystem::path resolved(const std::filesystem::path& folder, const std::string& written);

/// The absolute paths of the folders below `root` that patterns name, sorted. `*` and `?` are within one part
/// of a path and take no hidden one, `**` is any number of parts, `{a,b}` either, `!` takes out; of the
/// patterns that fit a folder the last decides. Neither node_modules nor, for a star, links are looked into.
[[nodiscard]] std::vector<std::string> member_folders(const std::filesystem::path& root,
                                                      const std::vector<std::string>& patterns);

}  // namespace dream::plugins
