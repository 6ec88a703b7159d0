#pragma once

#include <dirent.h>

#include <memory>

namespace dream {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// What opendir() returned, closed with its owner; null: it couldn't be opened, and errno says why.
using FolderStream = std::unique_ptr<DIR, CloseFolder>;

}  // namespace dream
