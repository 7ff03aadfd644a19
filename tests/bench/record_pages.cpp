#include "tests/bench/record_pages.hpp"

#include <algorithm>
#include <charconv>

namespace navette::bench {

namespace {

constexpr long kChangedAt = 1'760'000'000'000;

long number_after(std::string_view path, std::string_view name) {
    const auto found = path.find(name);
    long number = 0;
    if (found != std::string_view::npos) {
        const auto text = path.substr(found + name.size());
        std::from_chars(text.data(), text.data() + text.size(), number);
    }
    return number;
}

std::string record(long n) {
    const auto number = std::to_string(n);
    return R"({"id":")" + number + R"(","version":"1","modified":)" + std::to_string(kChangedAt) +
           R"(,"fields":{"firstname":"Ana","lastname":"Berg )" + number + R"(","email":"ana)" + number +
           R"(@bench.test","phone":"+336)" + std::to_string(10'000'000 + n) +
           R"(","city":"Mulhouse","owner":"17","note":"woven woven woven woven woven"}})";
}

std::string fields_sql(const char* first, const char* last) {
    return std::string("jsonb_build_object('") + first + "', 'Ana', '" + last +
           "', 'Berg ' || n, 'email', 'ana' || n || '@bench.test', 'phone', '+336' || (10000000 + n), "
           "'city', "
           "'Mulhouse')";
}

}  // namespace

RecordPages::RecordPages(long count)
    : count_(count), sink_([this](const SinkRequest& request) { return answer(request); }) {}

std::string RecordPages::remote_fields_sql() {
    return fields_sql("firstname", "lastname");
}

std::string RecordPages::local_fields_sql() {
    return fields_sql("first_name", "last_name");
}

std::string RecordPages::page(long after, long limit) const {
    const auto last = std::min(after + std::max(limit, 1L), count_);
    std::string body = R"({"records":[)";
    for (long n = after + 1; n <= last; ++n) {
        body += (n == after + 1 ? "" : ",") + record(n);
    }
    return body + R"(],"last":)" + std::to_string(last) + R"(,"more":)" +
           (last < count_ ? "true}" : "false}");
}

SinkAnswer RecordPages::answer(const SinkRequest& request) {
    SinkAnswer answer;
    if (request.method == "GET") {
        ++pages_;
        answer.body = page(number_after(request.path, "after="), number_after(request.path, "limit="));
    } else {
        ++writes_;
        answer.body = "{}";
    }
    return answer;
}

}  // namespace navette::bench
