// Aligned columns for a terminal. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace navette::ctl {

enum class Tone { plain, good, bad, attention, faint };

struct Cell {
    Cell(std::string cell_text, Tone cell_tone = Tone::plain) : text(std::move(cell_text)), tone(cell_tone) {}
    Cell(const char* cell_text) : text(cell_text) {}

    std::string text;
    Tone tone = Tone::plain;
};

struct Column {
    Column(std::string column_title, bool right = false) : title(std::move(column_title)), is_right(right) {}

    std::string title;
    bool is_right = false;  // numbers
};

/// How a text is to look.
struct Layout {
    bool color = false;
    std::size_t width = 0;  // the last column is cut to it; 0: it is not
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// `cells`: one for each column.
    void add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }

    /// Titles and rows, each line with its end; columns that are empty in every row are left out. No blanks
    /// at line ends.
    [[nodiscard]] std::string text(const Layout& layout) const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

/// The text on one line, without what a terminal would take for a command: foreign text must not steer it.
[[nodiscard]] std::string printable(std::string_view text);

/// In the tone's colour, where the layout has colours.
[[nodiscard]] std::string toned(std::string_view text, Tone tone, const Layout& layout);

/// Places that the text takes on a terminal; accents that combine take none, wide East Asian letters and
/// emoji two.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace navette::ctl
