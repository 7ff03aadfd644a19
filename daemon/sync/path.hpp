// Dotted paths into JSON objects: "customer.address.city", "images[0].src".
#pragma once

#include "daemon/core/error.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace navette::sync {

/// A checked path: keys separated by dots, each key followed by [n] where an item of an array is meant.
class Path {
  public:
    /// The path that names nothing; it finds nothing.
    Path() = default;

    /// Fails with a sentence on what is wrong with the text.
    [[nodiscard]] static core::Result<Path> parse(std::string_view text);

    [[nodiscard]] bool empty() const { return steps_.empty(); }

    /// The path as it was written.
    [[nodiscard]] const std::string& text() const { return text_; }

    /// The value at the path, owned by `object`; nullptr where any part of the way is absent.
    [[nodiscard]] const boost::json::value* find(const boost::json::object& object) const;

    /// Puts a value at the path and creates the objects and arrays on the way; an array that is too short is
    /// filled with null. Fails where something else than an object or array stands in the way, and changes
    /// nothing beyond it.
    [[nodiscard]] core::Result<void> set(boost::json::object& object, boost::json::value&& value) const;

    /// Takes the value at the path out, with objects that become empty by it. Items of arrays stay. Returns
    /// whether something was taken out.
    bool erase(boost::json::object& object) const;

    /// Whether one of the two paths leads to the other's place, or both to the same.
    [[nodiscard]] bool overlaps(const Path& other) const;

    /// The path as far as its first index: that of the array; the whole path where there is no index.
    [[nodiscard]] Path before_index() const;

  private:
    using Step = std::variant<std::string, std::size_t>;  // a key or an index

    static bool erase(boost::json::object& object, std::span<const Step> steps);
    [[nodiscard]] std::string first_steps(std::size_t count) const;

    std::string text_;
    std::vector<Step> steps_;
};

/// The value at a path if it holds something: nullptr where it is absent, null or an empty text.
[[nodiscard]] const boost::json::value* find_filled(const Path& path, const boost::json::object& object);

}  // namespace navette::sync
