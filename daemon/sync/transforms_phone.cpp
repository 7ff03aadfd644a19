// Telephone numbers in the international form, as far as the shape of a number tells it.
#include "daemon/sync/argument.hpp"
#include "daemon/sync/transforms.hpp"

#include <algorithm>
#include <array>

namespace navette::sync {
namespace {

namespace json = boost::json;

/// How numbers are dialled inside a country.
struct Plan {
    std::string_view country;
    std::string_view code;
    std::string_view abroad;  // dialled before a foreign number
    bool trunk_zero;          // national numbers begin with a 0 that is dropped from abroad
    bool any_number;          // without a trunk prefix: every number of a fitting length is a national one
    std::size_t least;        // digits of a national number, the trunk zero not counted
    std::size_t most;
};

constexpr std::array kPlans{
    Plan{"FR", "33", "00", true, false, 9, 9},
    Plan{"BE", "32", "00", true, false, 8, 9},
    Plan{"CH", "41", "00", true, false, 9, 9},
    Plan{"LU", "352", "00", false, true, 4, 9},
    Plan{"DE", "49", "00", true, false, 5, 12},
    Plan{"ES", "34", "00", false, true, 9, 9},
    Plan{"IT", "39", "00", false, true, 6, 11},
    Plan{"GB", "44", "00", true, false, 9, 10},
    Plan{"US", "1", "011", false, true, 10, 10},
    Plan{"CA", "1", "011", false, true, 10, 10},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The digits of a number, with a '+' where it begins with one. "(0)" behind a country code and an extension
/// are left out.
std::string dialled(std::string_view text) {
    std::string number;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool international = number.starts_with('+') || number.starts_with("00");
        if (international && text.substr(i).starts_with("(0)")) {
            i += 2;
        } else if (is_digit(text[i]) || (text[i] == '+' && number.empty())) {
            number.push_back(text[i]);
        } else if (!number.empty() && (is_letter(text[i]) || text[i] == '#' || text[i] == ';')) {
            break;  // "poste 12", "ext. 12"
        }
    }
    return number;
}

std::string e164(std::string_view text, const Plan& plan) {
    constexpr std::size_t kLeast = 7;
    constexpr std::size_t kMost = 15;
    const std::string number = dialled(text);
    std::string_view digits = number;
    std::string complete;
    if (digits.starts_with('+')) {
        digits.remove_prefix(1);
        complete = digits;
    } else if (digits.starts_with(plan.abroad)) {
        complete = digits.substr(plan.abroad.size());
    } else if (plan.trunk_zero && digits.starts_with('0')) {
        const std::string_view national = digits.substr(1);
        if (national.size() >= plan.least && national.size() <= plan.most) {
            complete = std::string(plan.code) + std::string(national);
        }
    } else if (plan.any_number && digits.size() >= plan.least && digits.size() <= plan.most) {
        complete = std::string(plan.code) + std::string(digits);
    } else if (plan.code == "1" && digits.size() == 11 && digits.starts_with('1')) {
        complete = digits;
    }
    const bool plausible = complete.size() >= kLeast && complete.size() <= kMost && complete.front() != '0';
    return plausible ? "+" + complete : std::string(digits);
}

core::Result<Transform> compile_phone(const json::value& argument) {
    ArgumentReader read(argument);
    const std::string country = read.text("country", "");
    const auto* const plan = std::ranges::find(kPlans, country, &Plan::country);
    if (plan == kPlans.end()) {
        std::string known;
        for (const Plan& one : kPlans) {
            known += (known.empty() ? "" : ", ") + std::string(one.country);
        }
        read.refuse("country must be one of " + known + (country.empty() ? "" : ", not '" + country + "'"));
    }
    if (auto checked = read.finish(); !checked) {
        return std::unexpected(checked.error());
    }
    Transform transform;
    transform.forward = on_text([plan](std::string_view text) -> core::Result<Field> {
        const std::string number = e164(text, *plan);
        return number.empty() ? Field() : text_field(number);
    });
    transform.one_way = "the national spelling is lost";
    transform.loses_spelling_only = true;
    return transform;
}

constexpr std::array kTypes{TransformType{"phone_e164", "{phone_e164: {country: FR}}", compile_phone}};

}  // namespace

std::span<const TransformType> phone_transforms() {
    return kTypes;
}

}  // namespace navette::sync
