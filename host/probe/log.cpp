#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/text.hpp"
#include "probe/kind.hpp"
#include "probe/log_line.hpp"

namespace dream::probe {

namespace {

class Log : public Kind {
 public:
  explicit Log(const LogProbe& probe) : text_(probe.text), pattern_(probe.text) {}

  void look(Found found) override {
    found(seen_ ? Finding{} : not_yet(fmt::format("no line has {} yet", in_quotes(text_))));
  }

  void hear(Stream stream, std::string_view bytes) override {
    LineReader& lines = lines_[stream == Stream::out ? 0 : 1];
    if (seen_) return;
    lines.take(bytes, [this](std::string_view line) { seen_ = seen_ || pattern_.is_in(line); });
    // More of the line can't take the text away again.
    seen_ = seen_ || pattern_.is_in(lines.begun());
    if (seen_ && wake) wake();
  }

  [[nodiscard]] Pace pace() const override { return when_woken; }

 private:
  std::string text_;
  LinePattern pattern_;
  std::array<LineReader, 2> lines_;
  bool seen_ = false;
};

}  // namespace

std::unique_ptr<Kind> make(const LogProbe& probe, const Subject& /*subject*/) {
  return std::make_unique<Log>(probe);
}

}  // namespace dream::probe
