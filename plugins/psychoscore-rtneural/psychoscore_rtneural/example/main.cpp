// Load the model, run the self-test's rows through it twice with a reset between, and say how far it is off.
// self_test [FOLDER]: exit code 0 where every output is within the tolerance, 1 where not, 2 where a file is missing.

#include <RTNeural/RTNeural.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "compiled.h"

using Rows = std::vector<std::vector<float>>;

static nlohmann::json read(const std::string& path)
{
    std::ifstream file(path);
    if(!file)
        throw std::runtime_error(path + " cannot be opened");
    return nlohmann::json::parse(file);
}

// The largest error over all rows, NaN counting as infinite; a model remembers its rows until reset() is called.
template <typename Model>
static double largestError(Model& model, const Rows& inputs, const Rows& outputs)
{
    double largest = 0.0;
    model.reset();
    for(size_t row = 0; row < inputs.size(); ++row)
    {
        alignas(64) float input[4096];
        std::copy(inputs[row].begin(), inputs[row].end(), input);
        model.forward(input);
        const float* found = model.getOutputs();
        for(size_t i = 0; i < outputs[row].size(); ++i)
        {
            const double error = std::abs((double)found[i] - (double)outputs[row][i]);
            largest = std::isnan(error) ? INFINITY : std::max(largest, error);
        }
    }
    return largest;
}

template <typename Model>
static bool passes(const char* name, Model& model, const Rows& inputs, const Rows& outputs, double tolerance)
{
    const double first = largestError(model, inputs, outputs);
    const double again = largestError(model, inputs, outputs);
    const auto rounds = 1 + 4000 / inputs.size();
    double fastest = INFINITY;
    for(int best = 0; best < 5; ++best)
    {
        const auto start = std::chrono::steady_clock::now();
        for(size_t round = 0; round < rounds; ++round)
            largestError(model, inputs, outputs);
        const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
        fastest = std::min(fastest, spent.count() / (double)(rounds * inputs.size()));
    }
    const bool ok = first <= tolerance && again <= tolerance;
    std::printf("%s %s: error %.3g, after reset %.3g, %.2f us a row\n", ok ? "ok" : "BAD", name, first, again, fastest);
    return ok;
}

static bool test(const std::string& folder)
{
    const auto vectors = read(folder + "/self-test.json");
    const auto inputs = vectors.at("inputs").get<Rows>();
    const auto outputs = vectors.at("outputs").get<Rows>();
    const auto tolerance = vectors.at("tolerance").get<double>();
    if(inputs.empty() || inputs.size() != outputs.size() || inputs[0].size() > 4096)
        throw std::runtime_error("self-test.json has no rows, or rows wider than 4096");

    const auto model = RTNeural::json_parser::parseJson<float>(read(folder + "/model.json"));
    if(!model || (size_t)model->getInSize() != inputs[0].size() || (size_t)model->getOutSize() != outputs[0].size())
        throw std::runtime_error("model.json is not the model of self-test.json");
    bool ok = passes("model.json", *model, inputs, outputs, tolerance);
#if HAS_COMPILED_MODEL
    const auto compiled = std::make_unique<CompiledModel>();
    load(*compiled, read(folder + "/state_dict.json"));
    ok = passes("state_dict.json, compiled", *compiled, inputs, outputs, tolerance) && ok;
#endif
    return ok;
}

int main(int count, char** arguments)
{
    try
    {
        return test(count > 1 ? arguments[1] : ".") ? 0 : 1;
    }
    catch(const std::exception& error)
    {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 2;
    }
}
