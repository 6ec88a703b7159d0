#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/run_info.hpp"

namespace dream::history {

/// A file that says what runs.
struct SourceFile {
  std::string path;
  std::string sha256;
};

/// What the first line of a record says.
struct Header {
  control::RunInfo run;
  std::vector<std::string> command_line;
  std::vector<SourceFile> files;  ///< dream.json, and what was merged with it
};

/// With its newline.
[[nodiscard]] std::string to_line(const Header& header);

/// An Error without a place: it is no such line, or of another version.
[[nodiscard]] Result<Header> header_in(std::string_view line);

}  // namespace dream::history
