// The seed of the property tests: the same one each time, so that a test that fails fails for all.
//
// PROPERTY_SEED=random (or a number) npm test: other histories than those of every day. A property that fails prints
// its seed, and becomes an example of its own.
import fc from 'fast-check';

const asked = process.env.PROPERTY_SEED ?? '2026';
fc.configureGlobal({ seed: asked === 'random' ? Date.now() % 2 ** 31 : Number(asked) });
