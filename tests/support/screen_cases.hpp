#pragma once

#include <string_view>

namespace dream {

/// What a program writes into one line of a terminal that is wide enough, and what can be read there
/// afterwards.
struct ScreenCase {
  std::string_view written;
  std::string_view shown;
};

/// As tmux shows them (tests/integration/terminal_rows_test.cpp compares them with the one that is
/// installed).
inline constexpr ScreenCase screen_cases[] = {
    // Return
    {"[....] Starting web server\r[ ok ]", "[ ok ] Starting web server"},
    {"Installing packages\r-", "-nstalling packages"},
    {"10%\r20%\r30%", "30%"},
    {"100%\r5%", "5%0%"},
    {"10%\r", "10%"},
    {"one\r\r", "one"},
    // Back
    {"abcdef\b\b\bXY", "abcXYf"},
    {"a\b\b\bX", "X"},
    {"working |\b/\b-", "working -"},
    {"中文\b\bX", "中X"},
    {"中文\bX", "中 X"},
    {"ä\bö", "ö"},
    // To the sides
    {"abcdef\x1b[3DXY", "abcXYf"},
    {"Loading modules\r\x1b[30C[ OK ]", "Loading modules               [ OK ]"},
    {"ab\x1b[Cc\x1b[0Cd", "ab c d"},
    {"ab\x1b[99DX", "Xb"},
    // To a column
    {"Starting cron\x1b[60G[ OK ]", "Starting cron                                              [ OK ]"},
    {"abcdef\x1b[3GX", "abXdef"},
    {"abcdef\x1b[3`X", "abXdef"},
    {"abcdef\x1b[GX", "Xbcdef"},
    {"abcdef\x1b[0GX", "Xbcdef"},
    // Tab stops
    {"a\tb", "a       b"},
    {"a\tb\rX", "X       b"},
    {"12345678\tb", "12345678        b"},
    {"1234567\tb", "1234567 b"},
    {"中文\tb", "中文    b"},
    {"abcdefghij\r\tX", "abcdefghXj"},
    // Saved
    {"\x1b"
     "7[wait] Mounting disks\x1b"
     "8\x1b[1G[ ok ]",
     "[ ok ] Mounting disks"},
    {"abc\x1b[sdef\x1b[uX", "abcXef"},
    {"abc\x1b"
     "7def\x1b"
     "8X\x1b"
     "8Y",
     "abcYef"},
    // Erased
    {"10%\r\x1b[Kdone", "done"},
    {"10%\x1b[2K\x1b[1Gdone", "done"},
    {"abcdef\x1b[3D\x1b[K", "abc"},
    {"abcdef\x1b[3D\x1b[0KX", "abcX"},
    {"abcdef\x1b[3D\x1b[1K", "    ef"},
    {"abcdef\x1b[3D\x1b[2KX", "   X"},
    {"abcdef\x1b[3D\x1b[J", "abc"},
    {"abcdef\r\x1b[2X", "  cdef"},
    {"abcdef\r\x1b[X", " bcdef"},
    {"abcdef\x1b[2D\x1b[99XX", "abcdX"},
    // Moved
    {"abcdef\r\x1b[2@", "  abcdef"},
    {"abcdef\r\x1b[@X", "Xabcdef"},
    {"abcdef\x1b[@X", "abcdefX"},
    {"abcdef\r\x1b[2P", "cdef"},
    {"abcdef\r\x1b[P", "bcdef"},
    {"abcdef\x1b[2D\x1b[99PX", "abcdX"},
    // Wide characters, of which a half is written over, erased, moved
    {"中文\rX", "X 文"},
    {"中文字\x1b[2G语", " 语 字"},
    {"中文字\x1b[3G\x1b[1K|", "  | 字"},
    {"中文字\x1b[3G\x1b[2P", "中字"},
    {"中文字\x1b[3G\x1b[1@|", "中|文字"},
    // Marks, and what is joined
    {"e\u0301|", "e\u0301|"},
    {"e\u0301\bX", "X"},
    {"中\u0301\b\bX", "X"},
    {"\u0301X", "X"},
    {"👍🏽|", "👍🏽|"},
    {"👩‍👩‍👧|", "👩‍👩‍👧|"},
    {"👩‍👩‍👧\b\bX|", "X|"},
    {"한\b\bX", "X"},
    // The edge, behind which no cursor goes
    {"a\x1b[999C\x1b[295Db", "a   b"},
    {"a\x1b[999G\x1b[295Db", "a   b"},
    {"\x1b[297G\t\x1b[295Db", "    b"},
};

/// Of the terminal for which screen_cases holds.
inline constexpr unsigned screen_width = 300;

}  // namespace dream
