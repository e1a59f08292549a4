import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const componentKit = {
  regex: '^(react-aria|react-aria-components|react-stately|lucide-react)(/|$)',
  message:
    'Only ui/ knows the component kit and the icons, so that they can be exchanged in one place: import from "@/ui".',
};
const livekit = {
  regex: '^(livekit-client|@livekit/(?!track-processors))',
  message: 'Only room/ knows LiveKit: ask it through the hooks of "@/room".',
};
const boundary = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/**/*.gen.ts', '*.config.js', 'coverage'] },
  ...tseslint.configs.strictTypeChecked,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat['recommended-latest'],
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...boundary(componentKit, livekit),
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      // Safari forgets that a list without bullets is one, unless told.
      'jsx-a11y/no-redundant-roles': ['error', { ul: ['list'], ol: ['list'] }],
      // A page or a dialog with one field to fill in begins in that field.
      'jsx-a11y/no-autofocus': 'off',
    },
  },
  { files: ['src/ui/**'], rules: boundary(livekit) },
  { files: ['src/room/**'], rules: boundary(componentKit) },
);
