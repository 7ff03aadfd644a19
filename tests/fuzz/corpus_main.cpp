// Runs a fuzz target on the files of its corpus, once each: what a fuzzer found stays found.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: " << *arguments << " DIRECTORY\n";
        return 2;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const auto& file : files) {
        // Named before it runs: a crash cannot say which one it was.
        std::cout << file.filename().string() << std::endl;
        std::ifstream stream(file, std::ios::binary);
        const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
        if (LLVMFuzzerTestOneInput(bytes.data(), bytes.size()) != 0) {
            std::cerr << "the target takes no such input\n";
            return 1;
        }
    }
    std::cout << files.size() << " inputs passed\n";
    return files.empty() ? 1 : 0;
}
