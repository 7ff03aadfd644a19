// How much memory the jobs in hand take, and how much of it one lane may hold. Pure.
#pragma once

#include <cstddef>

namespace navette::engine {

/// About what a job in hand takes, in bytes: its names, its plan, its data as they were read and as they are
/// sent. Measured with the benchmarks' poster, 300 and 4,000 bytes of data.
[[nodiscard]] constexpr std::size_t weight_of_job(std::size_t data_bytes) {
    return 2 * data_bytes + 2'048;
}

/// What all lanes hold together. Each may hold as much as is left: a few take plenty, many share, and
/// something is left for whoever comes (a dynamic threshold, as switches share their buffers).
class JobMemory {
  public:
    static constexpr std::size_t kUsual = 128U << 20U;  // bytes

    explicit JobMemory(std::size_t bytes = kUsual) : bytes_(bytes) {}

    void resize(std::size_t bytes) { bytes_ = bytes; }

    [[nodiscard]] std::size_t held() const { return held_; }

    /// So many bytes one lane may hold just now: never more than 32 MiB, never less than 64 KiB, with which
    /// it goes on whatever the others hold.
    [[nodiscard]] std::size_t share() const;

    /// What one lane holds; given back when it is destroyed. `whole` outlives it.
    class Part {
      public:
        explicit Part(JobMemory& whole) : whole_(whole) {}
        ~Part() { hold(0); }
        Part(const Part&) = delete;
        Part& operator=(const Part&) = delete;

        /// It is so many bytes from now on.
        void hold(std::size_t bytes);

      private:
        JobMemory& whole_;
        std::size_t bytes_ = 0;
    };

  private:
    std::size_t bytes_;
    std::size_t held_ = 0;
};

}  // namespace navette::engine
