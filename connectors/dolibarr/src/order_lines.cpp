#include "order_lines.hpp"

#include "wire.hpp"

#include <array>
#include <cstdlib>
#include <utility>

namespace navette::dolibarr {

namespace {

const json::array& lines_of(const json::object& order) {
    static const json::array kNone;
    const auto* lines = order.if_contains("lines");
    return lines != nullptr && lines->is_array() ? lines->get_array() : kNone;
}

std::optional<std::int64_t> decimal_at(const json::value& line, std::string_view name) {
    const auto* value = line.is_object() ? line.get_object().if_contains(name) : nullptr;
    return value == nullptr ? std::nullopt : to_decimal(*value);
}

bool is_same_line(const json::value& remote, const json::value& ours) {
    // The site may keep fewer decimals of a price than it was sent.
    constexpr std::int64_t kCent = kDecimalOne / 100;
    const auto price = decimal_at(remote, "subprice").value_or(0) - decimal_at(ours, "subprice").value_or(0);
    return std::abs(price) < kCent && decimal_at(remote, "qty") == decimal_at(ours, "qty") &&
           decimal_at(remote, "tva_tx") == decimal_at(ours, "tva_tx");
}

}  // namespace

std::optional<Outcome> problem_of_lines(const json::object& order) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kNeeded{
        {{"subprice", "a price"}, {"qty", "a quantity"}, {"tva_tx", "a VAT rate"}}
    };
    const auto* lines = order.if_contains("lines");
    if (lines == nullptr || lines->is_null()) {
        return std::nullopt;
    }
    if (!lines->is_array()) {
        return Outcome::rejected("the order's lines are no list", "lines");
    }
    std::size_t index = 0;
    for (const auto& line : lines->get_array()) {
        for (const auto& [field, what] : kNeeded) {
            if (!decimal_at(line, field)) {
                const auto place = "lines[" + std::to_string(index) + "]";
                return Outcome::rejected(
                    place + " has no " + std::string(field) + " that is a number: every order line needs " +
                        std::string(what),
                    place + "." + std::string(field)
                );
            }
        }
        ++index;
    }
    return std::nullopt;
}

bool has_same_lines(const json::object& remote, const json::object& ours) {
    const auto& theirs = lines_of(remote);
    const auto& wanted = lines_of(ours);
    return std::equal(theirs.begin(), theirs.end(), wanted.begin(), wanted.end(), is_same_line);
}

Task<Outcome> replace_lines(Session& session, json::object remote, json::array lines) {
    const auto path = "/orders/" + text_at(remote, "id") + "/lines";
    for (const auto& line : lines_of(remote)) {
        const auto id = line.is_object() ? text_at(line.get_object(), "id") : std::string();
        const auto reply =
            co_await call(session, sdk::HttpRequest::remove(path + "/" + sdk::path_segment(id)));
        if (reply.kind == Kind::failed || reply.kind == Kind::duplicate) {
            co_return reply.outcome;
        }
    }
    for (auto& line : lines) {
        line.get_object().emplace("product_type", 0);  // refused without it here, though not in a new order
        const auto reply = co_await create(session, path, std::move(line.get_object()));
        if (reply.kind != Kind::ok) {
            co_return reply.outcome;
        }
    }
    co_return Outcome::done({});
}

}  // namespace navette::dolibarr
