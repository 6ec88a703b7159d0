#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/views/ctl_view.hpp"
#include "output/renderer.hpp"
#include "output/screen.hpp"

namespace dream::cli {

/// Shows on stdout what steps have written, some of it long ago.
class LogPrinter {
 public:
  enum class Form : unsigned char {
    raw,       ///< the bytes as they are
    plain,     ///< lines; on a terminal with nothing in them that it would obey
    labelled,  ///< the same, each with its step
    json,      ///< each line an object, with its step
  };
  explicit LogPrinter(Form form);

  /// False: stdout can't be written any more.
  bool show(const std::vector<Written>& written);
  /// A step redraws lines on the terminal: show() is to be called each second, even with nothing.
  [[nodiscard]] bool redraws() const { return screen_ && screen_->redraws(); }
  /// Shows what has no end yet. 0, or the errno of what is wrong with stdout.
  [[nodiscard]] int finish();

 private:
  void show_on_screen(const Written& written);
  void show_lines(const Written& written);
  [[nodiscard]] std::string shown(const std::string& step, std::string_view line) const;
  [[nodiscard]] std::string label_of(const std::string& step) const;
  void write_out();

  Form form_;
  int problem_ = 0;
  using Source = std::pair<std::string, std::string>;  ///< a step and its stream
  std::map<Source, std::string> unfinished_;           ///< lines

  boost::asio::io_context context_{1};
  std::unique_ptr<output::Console> console_;
  std::unique_ptr<output::Screen> screen_;  ///< none: stdout is no terminal
  std::map<Source, output::Mixer::StreamId> streams_;
};

}  // namespace dream::cli
