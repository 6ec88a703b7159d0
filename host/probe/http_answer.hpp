#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dream::probe {

/// Reads of a server's answer what a probe needs: its status, and where it ends. As lenient as browsers and
/// curl are: who is asked is a server that somebody is still writing.
class HttpAnswer {
 public:
  static constexpr std::size_t most_of_a_head = std::size_t{64} * 1024;
  static constexpr std::size_t most_of_a_body = std::size_t{64} * 1024;

  /// False: this is no answer; wrong() says why.
  [[nodiscard]] bool take(std::string_view bytes);
  /// Once its head has come.
  [[nodiscard]] std::optional<unsigned> status() const noexcept {
    return part_ == Part::body ? std::optional(status_) : std::nullopt;
  }
  /// There is nothing more, or nothing more of interest.
  [[nodiscard]] bool is_over() const noexcept { return part_ == Part::body && body_ >= most_; }
  /// What is wrong, as the end of a sentence about the server.
  [[nodiscard]] const std::string& wrong() const noexcept { return wrong_; }
  /// The same of one that ends here.
  [[nodiscard]] std::string wrong_at_end() const;

 private:
  enum class Part : std::uint8_t { status, fields, body };

  [[nodiscard]] bool take_line(std::string_view line);
  void take_field(std::string_view line);

  Part part_ = Part::status;
  unsigned status_ = 0;
  std::string line_;
  std::size_t head_ = 0;  ///< bytes
  std::size_t body_ = 0;  ///< bytes
  std::size_t most_ = most_of_a_body;
  bool is_chunked_ = false;
  std::string wrong_;
};

}  // namespace dream::probe
