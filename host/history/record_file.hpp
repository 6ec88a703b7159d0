#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.hpp"
#include "base/result.hpp"

namespace dream::history {

/// Whether a line of a record is what a step wrote.
[[nodiscard]] bool is_output(std::string_view line);

/// The file of one record, locked as long as this lives. Lines are added; when it gets too large, the oldest
/// output goes, and a line says how much is left out there. What can't be written is left out as well.
class RecordFile {
 public:
  /// `folder` must outlive it. The first line is in it when it appears under its name. Error{io}.
  [[nodiscard]] static Result<RecordFile> create(const Descriptor& folder, std::string name,
                                                 std::string_view first_line, std::size_t most_bytes);

  /// A line with its newline. 0, or the errno of what went wrong: no output is taken from then on, but what
  /// is short is tried.
  int append(std::string_view line);

  /// All that was added is in it.
  [[nodiscard]] bool is_whole() const { return whole_; }

  /// There is to be no record.
  void remove();

 private:
  RecordFile(const Descriptor& folder, std::string name, std::size_t most)
      : folder_(&folder), name_(std::move(name)), most_(most), limit_(most) {}

  /// Puts a file with this text, locked and whole, in the place of what is there. An errno.
  int put(std::string_view text);
  int add(std::string_view bytes);
  int add_behind_what_is_lost(std::string_view line);
  bool drop_late_output();
  /// Writes the file anew without its oldest output. An errno.
  int shrink();
  [[nodiscard]] Result<std::string> text() const;

  const Descriptor* folder_;
  std::string name_;
  Descriptor file_;
  std::size_t most_;
  std::size_t limit_;  ///< more where that can't be kept
  std::size_t size_ = 0;
  std::size_t lost_ = 0;  ///< bytes of lines that were not written, and not told of yet
  int lost_by_ = 0;       ///< the errno that was to blame last
  bool full_ = false;     ///< no output is taken any more
  bool whole_ = true;     ///< nothing was left out
};

}  // namespace dream::history
