#include "daemon/ctl/job_options.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/log_line.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/ctl/status_names.hpp"
#include "daemon/ctl/value_input.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace navette::ctl {
namespace {

namespace json = boost::json;

TEST(JsonText, WritesNumbersAsPeopleDo) {
    EXPECT_EQ(
        compact_json(json::parse(R"({"price": 19.99, "n": 12, "big": 1e300, "none": null, "ok": true})")),
        R"({"price":19.99,"n":12,"big":1e+300,"none":null,"ok":true})"
    );
}

TEST(JsonText, IndentsAndKeepsLetters) {
    EXPECT_EQ(
        pretty_json(json::parse(R"({"a": ["é", {}], "b": []})")),
        "{\n  \"a\": [\n    \"é\",\n    {}\n  ],\n  \"b\": []\n}"
    );
}

TEST(JsonText, EscapesWhatSteersATerminal) {
    EXPECT_EQ(compact_json(json::value("\033[2J\x7f\u009b")), R"("\u001b[2J\u007f\u009b")");
}

TEST(Data, MustBeOneJsonObject) {
    const auto data = [](const std::string& text) {
        const auto arguments = Arguments::parse(job_syntax(false), {"--data", text});
        const auto job = read_job(*arguments);
        return job ? job->data : job.error().message;
    };
    EXPECT_EQ(data(R"({"total": 1.10})"), R"({"total": 1.10})")
        << "numbers reach the database as they were written";
    EXPECT_TRUE(data("[1]").starts_with("--data must be a JSON object")) << data("[1]");
    EXPECT_TRUE(data("{\"a\": tru}").starts_with("--data cannot be read as JSON")) << data("{\"a\": tru}");
    EXPECT_TRUE(data("{} {}").starts_with("--data cannot be read as JSON")) << data("{} {}");
    EXPECT_TRUE(data("").starts_with("--data cannot be read as JSON")) << data("");
}

TEST(Assignment, IsTakenApartAtItsFirstEqualsSign) {
    EXPECT_EQ(
        split_assignment("a setting", "url=https://a/?b=c"),
        std::pair(std::string("url"), std::string("https://a/?b=c"))
    );
    for (const auto* wrong : {"s3cret", "=s3cret"}) {
        const auto split = split_assignment("--secret", wrong);
        ASSERT_FALSE(split);
        EXPECT_EQ(split.error().message.find("s3cret"), std::string::npos)
            << "what may be a secret is not repeated";
    }
}

TEST(Statuses, AreOutcomesWithAHintForATypingSlip) {
    EXPECT_EQ(parse_statuses("done,failed"), (std::vector<std::string>{"done", "failed"}));
    EXPECT_EQ(parse_statuses(""), std::vector<std::string>());
    const auto wrong = parse_statuses("done,rejectd");
    ASSERT_FALSE(wrong);
    EXPECT_TRUE(
        wrong.error().message.starts_with("--status: 'rejectd' is no outcome, did you mean 'rejected'?")
    ) << wrong.error().message;
}

TEST(LogLine, SaysWhenWhatWhereAndWhy) {
    const auto log =
        json::parse(R"({"created_at": "2026-11-21T08:15:33.123Z", "status": "rejected", "final": true,
        "integration_id": "int_1", "entity_type": "order", "entity_id": "42", "remote_id": "", "duration_ms": 35,
        "attempt": 2, "job_id": 7, "error_message": "lines[0]:\nno VAT"})")
            .as_object();
    EXPECT_EQ(
        log_line(log, false, {}),
        "2026-11-21 08:15:33Z  rejected       int_1  order 42  35 ms  attempt 2  dead letter  job 7  "
        "lines[0]: no VAT\n"
    );
}

TEST(LogLine, ShowsRequestAndResponseWhenAsked) {
    const auto log = json::parse(R"({"created_at": "2026-11-21T08:15:33Z", "status": "done", "final": true,
        "integration_id": "int_1", "entity_type": "order", "entity_id": "42", "remote_id": "17", "duration_ms": 35,
        "attempt": 1, "job_id": 7, "remarks": ["totals differ"], "request": {"method": "POST"}, "response": null})"
    )
                         .as_object();
    EXPECT_EQ(
        log_line(log, true, {}),
        "2026-11-21 08:15:33Z  done           int_1  order 42 -> 17  35 ms  job 7\n"
        "  remark  totals differ\n"
        "  request\n    {\n      \"method\": \"POST\"\n    }\n"
    );
}

TEST(Details, LeaveOutWhatIsEmptyAndAlignTheRest) {
    const auto record =
        json::parse(R"({"id": 7, "waits_for": null, "enabled": true, "name": ""})").as_object();
    EXPECT_EQ(
        details_text(record, {"id", "waits_for", "enabled", "name"}, {}), "id         7\nenabled    yes\n"
    );
}

}  // namespace
}  // namespace navette::ctl
