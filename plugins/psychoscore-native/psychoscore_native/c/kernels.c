// One set of kernels for each instruction set that this compiler knows, and the choice among them.
#include <math.h>
#include <string.h>

#include "native.h"

#define PASTE(a, b) a##_##b
#define NAMED(a, b) PASTE(a, b)
#define NAME(a) NAMED(a, SET)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)
#define AHEAD 2048  // bytes ahead of where they are read that weights are asked for: a tenth to a quarter faster
#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#define X86 1
#endif
#if defined(__aarch64__)
#include <arm_neon.h>
#endif

// A half without the processor's help.
static inline uint16_t half_of(float value) {
    union { float value; uint32_t bits; } f = {.value = value};
    uint32_t sign = f.bits >> 16 & 0x8000;
    f.bits &= 0x7fffffff;
    if (f.bits < 113u << 23) {  // below the normal halves: let the adder round to a multiple of 2^-24
        f.value += 0.5f;
        return (uint16_t)(sign | (f.bits - (126u << 23)));
    }
    f.bits += 0xfff + (f.bits >> 13 & 1);  // to nearest, ties to even
    return (uint16_t)(sign | (f.bits - (112u << 23)) >> 13);
}

#define SET plain
#define WHOLES vi
#define LANES 4
#define ROWS 1
#define BIAS 0
#include "kernels.h"

#if X86
#if defined(__clang__)
#define BEGIN_TARGET(t) _Pragma(TEXT(clang attribute push(__attribute__((target(t))), apply_to = function)))
#define END_TARGET _Pragma("clang attribute pop")
#else
#define BEGIN_TARGET(t) _Pragma("GCC push_options") _Pragma(TEXT(GCC target(t)))
#define END_TARGET _Pragma("GCC pop_options")
#endif

#define IN_HARDWARE
#define SET avx2
#define WHOLES __m256i
#define BIAS 128
#define LANES 8
#define ROWS 2
BEGIN_TARGET("avx2,fma,f16c")
INLINE __m256i dot_avx2(__m256i sum, int32_t x, const int8_t *w) {
    __m256i four = _mm256_cvtepu8_epi16(_mm_set1_epi32(x));
    __m256i low = _mm256_madd_epi16(four, _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w)));
    __m256i high = _mm256_madd_epi16(four, _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + 16))));
    return _mm256_add_epi32(sum, _mm256_permute4x64_epi64(_mm256_hadd_epi32(low, high), 0xd8));
}
INLINE __m256 load_half_avx2(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
INLINE void store_half_avx2(uint16_t *p, __m256 x) { _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(x, 0)); }
#include "kernels.h"
END_TARGET

#define AVX512 "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"
#define SET avx512
#define WHOLES __m512i
#define BIAS 128
#define LANES 16
#define ROWS 8
BEGIN_TARGET(AVX512)
INLINE __m512i dot_avx512(__m512i sum, int32_t x, const int8_t *w) {
    __m512i four = _mm512_cvtepu8_epi16(_mm256_set1_epi32(x)), order = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16,
        18, 20, 22, 24, 26, 28, 30);
    __m512i low = _mm512_madd_epi16(four, _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)w)));
    __m512i high = _mm512_madd_epi16(four, _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(w + 32))));
    __m512i even = _mm512_permutex2var_epi32(low, order, high);
    __m512i odd = _mm512_permutex2var_epi32(low, _mm512_add_epi32(order, _mm512_set1_epi32(1)), high);
    return _mm512_add_epi32(sum, _mm512_add_epi32(even, odd));
}
INLINE __m512 load_half_avx512(const uint16_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
INLINE void store_half_avx512(uint16_t *p, __m512 x) { _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(x, 0)); }
#include "kernels.h"
END_TARGET

#define SET avx512vnni
#define WHOLES __m512i
#define BIAS 128
#define LANES 16
#define ROWS 8
BEGIN_TARGET(AVX512 ",avx512vnni")
INLINE __m512i dot_avx512vnni(__m512i sum, int32_t x, const int8_t *w) {
    return _mm512_dpbusd_epi32(sum, _mm512_set1_epi32(x), _mm512_loadu_si512(w));
}
INLINE __m512 load_half_avx512vnni(const uint16_t *p) { return load_half_avx512(p); }
INLINE void store_half_avx512vnni(uint16_t *p, __m512 x) { store_half_avx512(p, x); }
#include "kernels.h"
END_TARGET
#endif

#if defined(__aarch64__)
#define IN_HARDWARE
#define BIAS 0
#define SET neon
#define WHOLES int32x4_t
#define LANES 4
#define ROWS 2
INLINE int32x4_t dot_neon(int32x4_t sum, int32_t x, const int8_t *w) {
    int8x8_t four = vreinterpret_s8_s32(vdup_n_s32(x ^ (int32_t)0x80808080));
    int8x16_t weights = vld1q_s8(w);
    int32x4_t low = vpaddlq_s16(vmull_s8(four, vget_low_s8(weights)));
    int32x4_t high = vpaddlq_s16(vmull_s8(four, vget_high_s8(weights)));
    return vaddq_s32(sum, vpaddq_s32(low, high));
}
INLINE float32x4_t load_half_neon(const uint16_t *p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
INLINE void store_half_neon(uint16_t *p, float32x4_t x) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(x))); }
#include "kernels.h"
#endif

static int runs_here(const Ops *ops) {
#if X86
    if (ops == &ops_avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (ops == &ops_avx512) return wide;
    if (ops == &ops_avx512vnni) return wide && __builtin_cpu_supports("avx512vnni");
#endif
    return ops != NULL;
}

const Ops *best_ops(const char *name) {
    static const Ops *const all[] = {
#if X86
        &ops_avx512vnni, &ops_avx512, &ops_avx2,
#elif defined(__aarch64__)
        &ops_neon,
#endif
        &ops_plain,
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (runs_here(all[i]) && (!*name || !strcmp(name, all[i]->name))) return all[i];
    return NULL;
}
