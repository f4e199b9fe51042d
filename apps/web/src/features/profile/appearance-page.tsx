import { Switch } from '@base-ui/react/switch';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '#components/section.tsx';
import { Segmented } from '#components/segmented.tsx';
import { changeAppearance, useAppearance } from '#lib/appearance.ts';

export function AppearancePage() {
  const { t } = useTranslation();
  const { theme, density, shortcuts } = useAppearance();

  return (
    <Section title={t('profile.appearance')} text={t('profile.appearanceText')}>
      <div className="max-w-[640px] border-line border-y">
        <Choice title={t('profile.theme')} hint={t('profile.themeHint')}>
          <Segmented
            label={t('profile.theme')}
            name="theme"
            value={theme}
            options={[
              { value: 'system', text: t('shell.themeSystem') },
              { value: 'light', text: t('shell.themeLight') },
              { value: 'dark', text: t('shell.themeDark') },
            ]}
            onChange={(value) => changeAppearance({ theme: value })}
          />
        </Choice>
        <Choice title={t('profile.density')} hint={t('profile.densityHint')}>
          <Segmented
            label={t('profile.density')}
            name="density"
            value={density}
            options={[
              { value: 'comfortable', text: t('profile.densityComfortable') },
              { value: 'cosy', text: t('profile.densityCosy') },
              { value: 'compact', text: t('profile.densityCompact') },
            ]}
            onChange={(value) => changeAppearance({ density: value })}
          />
        </Choice>
        <Choice title={t('profile.shortcuts')} hint={t('profile.shortcutsHint')}>
          <Switch.Root
            aria-label={t('profile.shortcuts')}
            checked={shortcuts}
            onCheckedChange={(checked) => changeAppearance({ shortcuts: checked })}
            className="inline-flex h-5 w-9 items-center rounded-full bg-off-fill p-0.5 transition-colors data-checked:bg-accent touch:h-7 touch:w-12"
          >
            <Switch.Thumb className="size-4 rounded-full bg-on-accent transition-transform data-checked:translate-x-4 touch:size-6 touch:data-checked:translate-x-5" />
          </Switch.Root>
        </Choice>
      </div>
    </Section>
  );
}

function Choice({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 border-line border-b py-4 last:border-b-0">
      <div className="grid max-w-[44ch] gap-0.5">
        <p className="font-[550]">{title}</p>
        <p className="text-ink-3 text-label font-normal">{hint}</p>
      </div>
      {children}
    </div>
  );
}

export { AppearancePage as Component };
