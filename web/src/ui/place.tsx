// Where the reader is: time zone and language, handed down so that the kit need not ask anyone.
import { createContext, useContext } from 'react';

export interface Place {
  timeZone: string;
  lang: 'zh' | 'en';
}

const PlaceContext = createContext<Place>({ timeZone: 'Asia/Shanghai', lang: 'zh' });

export const PlaceProvider = PlaceContext.Provider;
export const usePlace = () => useContext(PlaceContext);
