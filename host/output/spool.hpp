#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.hpp"
#include "base/process.hpp"
#include "base/result.hpp"

namespace dream::output {

/// Where files that nobody is meant to see can be put: TMPDIR, or else a folder on a disk.
[[nodiscard]] std::string temporary_folder();

/// The bytes of a step's two streams in the order they came. They are kept in a file without a name, so that
/// memory stays bounded and nothing is left when dream dies.
class Spool {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Spool>> make(const std::string& folder);

  /// An error leaves the spool as it was before.
  [[nodiscard]] Result<void> append(Stream stream, std::string_view bytes);

  struct Piece {
    Stream stream;
    std::string_view bytes;  ///< in the buffer that was given
  };
  /// The next bytes that were not taken yet; none when all were.
  [[nodiscard]] Result<std::optional<Piece>> take(std::span<char> buffer);

 private:
  explicit Spool(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  [[nodiscard]] bool read_all(char* bytes, std::size_t size);

  Descriptor descriptor_;
  std::size_t end_ = 0;
  std::size_t taken_ = 0;
  std::size_t left_in_record_ = 0;
  Stream stream_ = Stream::out;  ///< of that record
};

}  // namespace dream::output
