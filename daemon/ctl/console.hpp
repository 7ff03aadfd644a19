// Where navettectl writes: results to stdout, remarks for the person to stderr.
#pragma once

#include "daemon/ctl/table.hpp"

#include <boost/json/fwd.hpp>

#include <string_view>

namespace navette::ctl {

class Console {
  public:
    /// Colours and cutting to the terminal's width only where stdout is one; `no_color` and NO_COLOR switch
    /// colours off.
    Console(bool json, bool no_color);

    /// Whether results are JSON.
    [[nodiscard]] bool json() const { return json_; }
    [[nodiscard]] const Layout& layout() const { return layout_; }

    /// Writes and flushes. False where the reader is gone (a closed pipe).
    bool print(std::string_view text) const;
    bool print_line(std::string_view text) const;
    /// The table, or `otherwise` where it has no rows.
    void print_table(const Table& table, std::string_view otherwise) const;
    /// A JSON document and its line end.
    void print_json(const boost::json::value& value) const;

    /// A line on stderr: a warning, or what to do next. Not shown with JSON.
    void remark(std::string_view text) const;

  private:
    bool json_;
    Layout layout_;
};

}  // namespace navette::ctl
