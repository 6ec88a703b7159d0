#pragma once

#include <filesystem>
#include <string>

#include "base/descriptor.hpp"
#include "cli/selection.hpp"

namespace dream::cli {

/// Held by whoever looks whether the same run goes on already and starts it if not, until that one can be
/// found: of several that ask for it at the same moment, one starts it.
class StartLock {
 public:
  /// Waits for the others. Where no lock can be had, nobody is held up.
  StartLock(const Selection& selection, const std::filesystem::path& root);
  ~StartLock();
  StartLock(const StartLock&) = delete;
  StartLock& operator=(const StartLock&) = delete;

  void let_go();

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

}  // namespace dream::cli
