// Runs coroutines on a test's own io_context until they are done, with a deadline: a test that waits for what
// never comes fails instead of hanging.
#pragma once

#include "daemon/core/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace navette::test {

/// Runs `context` until `over` says so. Throws after `limit`, or where nothing is left that could change it.
inline void run_until(
    boost::asio::io_context& context,
    const std::function<bool()>& over,
    std::chrono::milliseconds limit = std::chrono::seconds(20)
) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!over()) {
        context.restart();
        const auto ran = context.run_one_until(deadline);
        if (ran == 0 && !over()) {
            throw std::runtime_error(
                std::chrono::steady_clock::now() < deadline
                    ? "nothing is left to run, but the wait is not over"
                    : "the deadline has passed"
            );
        }
    }
}

/// Starts all of them in the same tick and returns their results in order. The first exception leaves here.
template <class T>
std::vector<T> run_all(
    boost::asio::io_context& context,
    std::vector<boost::asio::awaitable<T>> tasks,
    std::chrono::milliseconds limit = std::chrono::seconds(20)
) {
    // Owned by the handlers too: after a deadline they may still run when the context ends.
    struct Answers {
        std::vector<std::optional<T>> values;
        std::exception_ptr thrown;
        std::size_t open = 0;
    };
    auto answers = std::make_shared<Answers>();
    answers->values.resize(tasks.size());
    answers->open = tasks.size();
    for (std::size_t at = 0; at < tasks.size(); ++at) {
        boost::asio::co_spawn(
            context,
            std::move(tasks[at]),
            [answers, at](std::exception_ptr error, T value) {
                --answers->open;
                answers->values[at] = std::move(value);
                if (error && !answers->thrown) {
                    answers->thrown = error;
                }
            }
        );
    }
    run_until(context, [&] { return answers->open == 0; }, limit);
    if (answers->thrown) {
        std::rethrow_exception(answers->thrown);
    }
    std::vector<T> values;
    for (auto& value : answers->values) {
        values.push_back(std::move(*value));
    }
    return values;
}

/// Runs one coroutine to its end.
template <class T>
T run_async(
    boost::asio::io_context& context,
    boost::asio::awaitable<T> task,
    std::chrono::milliseconds limit = std::chrono::seconds(20)
) {
    std::vector<boost::asio::awaitable<T>> tasks;
    tasks.push_back(std::move(task));
    return std::move(run_all(context, std::move(tasks), limit).front());
}

/// The value, or an exception with the error's sentence: for what a test takes for granted.
template <class T>
T must(core::Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

}  // namespace navette::test
