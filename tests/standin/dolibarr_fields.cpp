#include "tests/standin/dolibarr_fields.hpp"

#include "tests/standin/dolibarr_text.hpp"

#include <boost/json.hpp>

#include <cmath>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::string_view kOptionPrefix = "options_";
constexpr std::size_t kLongestEpoch = 11;  // digits; milliseconds have 13

bool is_epoch(std::string_view text) {
    return !text.empty() && text.size() <= kLongestEpoch &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string quoted_column(const Layout& layout, std::string_view column) {
    return "`dolibarr`.`llx_" + std::string(layout.table) + "`.`" + std::string(column) + "`";
}

/// `statement`: what failed, which Dolibarr hands on for an update of some kinds.
Refused sql_refusal(
    const Layout& layout, bool creating, std::string complaint, const std::string& statement
) {
    if (!creating && layout.kind == "contacts") {
        return {500, complaint + " sql=" + statement};
    }
    if (!creating && layout.kind == "products") {
        return {500, "Error updating product", {"Error : " + complaint + " - " + statement}};
    }
    if (!creating) {
        return {500, std::move(complaint)};
    }
    return {500, "Error creating " + std::string(layout.noun), {std::move(complaint)}};
}

/// One value on its way into the database; `creating` and the layout word the refusal.
class Intake {
  public:
    Intake(const Layout& layout, bool creating, const DolibarrClock& clock)
        : layout_(layout), creating_(creating), clock_(clock) {}

    Checked<Value> stored(const Field& field, const std::string& sent) const {
        switch (field.kind) {
            case FieldKind::integer:
                return is_whole(sent) ? Value(shortest(std::trunc(php_number(sent)))) : Value();
            case FieldKind::amount:
                return Value(decimals(php_number(sent), 8));
            case FieldKind::rate:
                return Value(decimals(php_number(sent), 4));
            case FieldKind::percent:
                return Value(decimals(rounded_to(php_number(sent), 2), 2));
            case FieldKind::day:
                return day(field, sent);
            case FieldKind::moment:
                return moment(field, sent);
            case FieldKind::note:
                return checked_text(field, restricted_html(sent));
            case FieldKind::text:
                return checked_text(field, plain_text(sent));
            case FieldKind::email:
                return checked_text(field, small_letters(plain_text(sent)));
            case FieldKind::phone:
                break;
        }
        std::string number = plain_text(sent);
        std::erase(number, ' ');
        return checked_text(field, std::move(number));
    }

    Checked<Value> checked_text(const Field& field, std::string text) const {
        const std::string column(field.column);
        if (const auto wide = four_byte_character(text)) {
            const std::string where = quoted_column(layout_, column);
            return refused(
                field, text, "Incorrect string value: '" + *wide + "' for column " + where + " at row 1"
            );
        }
        if (field.limit != 0 && characters(text) > field.limit) {
            return refused(field, text, "Data too long for column '" + column + "' at row 1");
        }
        return text;
    }

  private:
    static bool is_whole(const std::string& text) {
        return !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
    }

    Checked<Value> day(const Field& field, const std::string& sent) const {
        if (is_epoch(sent)) {
            return clock_.php_time(std::stoll(sent)).substr(0, 10);
        }
        if (auto written = leading_day(sent)) {
            return std::move(*written);
        }
        return incorrect_date(field, sent);
    }

    Checked<Value> moment(const Field& field, const std::string& sent) const {
        if (is_epoch(sent)) {
            return clock_.php_time(std::stoll(sent));
        }
        const auto written = leading_day(sent);
        if (!written) {
            return incorrect_date(field, sent);
        }
        const bool with_time = sent.size() >= 19 && sent[10] == ' ';
        return with_time ? sent.substr(0, 19) : *written + " 00:00:00";
    }

    Checked<Value> incorrect_date(const Field& field, const std::string& sent) const {
        return refused(
            field,
            sent,
            "Incorrect date value: '" + sent + "' for column " + quoted_column(layout_, field.column) +
                " at row 1"
        );
    }

    Checked<Value> refused(const Field& field, const std::string& value, std::string complaint) const {
        const auto statement = "UPDATE llx_" + std::string(layout_.table) + " SET " +
                               std::string(field.column) + "='" + value + "' WHERE rowid = 1";
        return std::unexpected(sql_refusal(layout_, creating_, std::move(complaint), statement));
    }

    const Layout& layout_;
    bool creating_;
    const DolibarrClock& clock_;
};

bool is_text(FieldKind kind) {
    return kind == FieldKind::text || kind == FieldKind::note || kind == FieldKind::phone ||
           kind == FieldKind::email;
}

/// What a null or an empty text leaves in a column that is updated: nothing, in whichever way.
Value emptied(FieldKind kind) {
    return is_text(kind) ? Value("") : Value();
}

bool is_writable(Writable when, bool creating) {
    return when == Writable::always || when == (creating ? Writable::on_create : Writable::on_update);
}

Checked<void> fill_extrafields(
    Row& row, const json::object& body, const Intake& intake, DolibarrEnvironment& environment
) {
    const json::value* options = body.if_contains("array_options");
    if (options == nullptr || !options->is_object()) {
        return {};
    }
    for (const auto& [name, extrafield] : environment.extrafields_of(row.layout().table)) {
        const Value sent = member_text(options->as_object(), std::string(kOptionPrefix) + name);
        if (!sent) {
            continue;
        }
        auto text = intake.checked_text({name, name, FieldKind::text, extrafield.size}, plain_text(*sent));
        if (!text) {
            return std::unexpected(text.error());
        }
        row.extra[name] = std::move(*text);
    }
    return {};
}

json::value shown_value(const Field& field, const Value& value, const DolibarrClock& clock) {
    const bool is_date = field.kind == FieldKind::day || field.kind == FieldKind::moment;
    if (!value || (value->empty() && is_text(field.kind))) {
        return is_date || field.empty == Empty::as_text ? json::value("") : json::value();
    }
    return is_date ? json::value(clock.php_epoch(*value)) : json::value(*value);
}

}  // namespace

Value scalar_text(const json::value& value) {
    switch (value.kind()) {
        case json::kind::string:
            return std::string(value.as_string());
        case json::kind::int64:
            return std::to_string(value.as_int64());
        case json::kind::uint64:
            return std::to_string(value.as_uint64());
        case json::kind::double_:
            return shortest(value.as_double());
        case json::kind::bool_:
            return value.as_bool() ? "1" : "0";
        case json::kind::null:
        case json::kind::array:
        case json::kind::object:
            break;
    }
    return std::nullopt;
}

Value member_text(const json::object& body, std::string_view name) {
    const json::value* member = body.if_contains(name);
    return member == nullptr ? std::nullopt : scalar_text(*member);
}

Checked<void> fill(Row& row, const json::object& body, bool creating, DolibarrEnvironment& environment) {
    const Intake intake(row.layout(), creating, environment.clock);
    for (const Field& field : row.layout().fields) {
        if (field.name.empty() || !is_writable(field.writable, creating)) {
            continue;
        }
        const Value sent = member_text(body, field.name);
        const json::value* member = body.if_contains(field.name);
        if (!creating && member != nullptr && (member->is_null() || sent == Value(""))) {
            row[field.column] = emptied(field.kind);
            continue;
        }
        if (!sent) {
            continue;
        }
        auto value = intake.stored(field, *sent);
        if (!value) {
            return std::unexpected(value.error());
        }
        row[field.column] = std::move(*value);
    }
    return fill_extrafields(row, body, intake, environment);
}

json::object shown(const Row& row, DolibarrEnvironment& environment) {
    json::object object;
    for (const Field& field : row.layout().fields) {
        if (!field.name.empty()) {
            object[field.name] = shown_value(field, row[field.column], environment.clock);
        }
    }
    object["entity"] = "1";
    object["import_key"] = nullptr;
    object["tms"] = nullptr;
    json::object options;
    for (const auto& [name, extrafield] : environment.extrafields_of(row.layout().table)) {
        const auto found = row.extra.find(name);
        const bool filled = found != row.extra.end() && found->second;
        options[std::string(kOptionPrefix) + name] = filled ? json::value(*found->second) : json::value();
    }
    // PHP knows one kind of array: an empty one comes out as a list.
    object["array_options"] = options.empty() ? json::value(json::array()) : json::value(std::move(options));
    return object;
}

}  // namespace navette::standin
