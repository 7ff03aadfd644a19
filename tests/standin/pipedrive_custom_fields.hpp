// The fields of one object, and the custom ones that the account added: their codes are 40 hexadecimal digits
// and differ from account to account. Nothing keeps names unique.
#pragma once

#include "tests/standin/pipedrive_schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace navette::standin::pipedrive {

class CustomFields {
  public:
    CustomFields(Environment& environment, const Layout& layout)
        : environment_(environment), layout_(layout) {}

    /// GET and POST /api/v2/personFields, DELETE of one by its code.
    Response answer(const Call& call);

    /// The values as they are kept; refused where a code is unknown or a value of the wrong type.
    [[nodiscard]] Checked<json::object> checked(const json::value& values) const;

    /// All codes with what the record holds, null where that is nothing.
    [[nodiscard]] json::object complete(const json::object& held) const;

    /// The name of a code's field.
    [[nodiscard]] std::string name_of(std::string_view code) const;
    /// Whether searches look into that field.
    [[nodiscard]] bool is_searchable(std::string_view code) const;

    void clear() { made_.clear(); }

  private:
    struct Made {
        std::string name;
        std::string code;
        std::string type;
    };
    [[nodiscard]] const Made* find(std::string_view code) const;
    Response list(const Call& call) const;
    Response make(const json::object& body);

    Environment& environment_;
    const Layout& layout_;
    std::vector<Made> made_;
    int last_ = 0;
};

}  // namespace navette::standin::pipedrive
