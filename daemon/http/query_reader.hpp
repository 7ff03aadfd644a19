// A request's query string as typed values; every mistake is an answer that names the parameter. Pure.
#pragma once

#include "daemon/http/exchange.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::http {

/// Ask for every parameter that the operation knows, then for the mistake: one that nobody asked for is one.
/// What is absent is no value; what cannot be read is a mistake and no value.
class QueryReader {
  public:
    /// `request` must outlive it.
    explicit QueryReader(const Request& request);

    /// Not empty.
    std::optional<std::string> text(std::string_view name);
    std::optional<std::string> choice(std::string_view name, const std::vector<std::string>& words);
    /// Words separated by commas, all of them of `words`.
    std::vector<std::string> choices(std::string_view name, const std::vector<std::string>& words);
    std::optional<std::int64_t> number(std::string_view name, std::int64_t lowest, std::int64_t highest);
    /// true or false.
    std::optional<bool> truth(std::string_view name);
    /// A span back from now such as 30m, 1h or 7d, or a date or moment of ISO 8601; returned as ISO 8601 in
    /// UTC.
    std::optional<std::string> past(std::string_view name);
    /// A day such as 2026-01-31.
    std::optional<std::chrono::sys_days> day(std::string_view name);
    /// `tenant`: whose rows (tenant_of in caller_tenant.hpp); none: all tenants'.
    std::optional<std::string> tenant();
    /// `limit` and `cursor` are read elsewhere (page.hpp).
    void leave_page();

    /// Notes a mistake that only the operation can see.
    void complain(std::string_view name, std::string sentence);

    /// The answer to the first mistake.
    [[nodiscard]] std::optional<Response> mistake();

  private:
    std::optional<std::string> take(std::string_view name);

    const Request& request_;
    std::vector<std::string> known_;
    std::optional<Response> mistake_;
};

}  // namespace navette::http
